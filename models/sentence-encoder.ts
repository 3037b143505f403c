import { setImmediate } from 'node:timers/promises';
import { InterleaveError } from '../core/errors.ts';
import { type Bundle, fileOf, manifestOf, onlyFile, reasonOf } from './bundle.ts';
import { BytePairs } from './byte-pairs.ts';
import { readBytePairs } from './byte-pairs-file.ts';
import { OnnxText } from './engines/onnx-text.ts';
import { TensorFlowText } from './engines/tensorflow-text.ts';
import type { TextEngine, TextNetwork } from './engines/text-network.ts';
import type { ManifestOf } from './manifest.ts';
import { normaliseRows } from './normalise.ts';
import { sentenceBundle } from './packaged-bundles.ts';
import { SentencePiece, type VocabularyEntry } from './sentence-piece.ts';
import { openTensorBackend } from './tensor-backend.ts';
import { WordPiece } from './word-piece.ts';
import { readWordPiece } from './word-piece-file.ts';

/** What a system writes to which nothing was promoted: the bundle that comes with us, as the first generation. */
export const SENTENCE_VECTOR = { generation: 1, dims: 512 } as const;

/**
 * Turns sentences into vectors that are near to each other when the sentences mean similar things. The one of ours is the
 * Universal Sentence Encoder, lite (Cer et al., arXiv:1803.11175; `packaged-bundles.ts`). It does not know negation: give it
 * asserted clauses only.
 */
export interface TextEncoder {
  /** of the model bundle */
  readonly hash: string;
  readonly dims: number;
  /** what computes it: the bundle decides */
  readonly engine: TextEngine;
  /** Tokens that are read of a text, special ones among them. */
  tokensOf(text: string): number;
  /**
   * One vector of length 1 for each text, in order. A text counts up to the tokens that the bundle names.
   * Lets the event loop run between batches.
   * @throws InterleaveError TEXT_VECTOR_FAILED when a text is blank
   */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  dispose(): void;
}

/** The encoder that comes with us, as the first generation. */
export interface SentenceEncoder extends TextEncoder {
  readonly generation: number;
}

/** @throws InterleaveError MODEL_MISSING without its package */
export async function openSentenceEncoder(): Promise<SentenceEncoder> {
  const encoder = await openTextEncoder(await sentenceBundle());
  return { ...encoder, generation: SENTENCE_VECTOR.generation };
}

/**
 * Opens the text encoder of a bundle in the engine that its graph is for: TensorFlow.js with the best backend that works
 * here, or ONNX Runtime. It embeds one word, and of an ONNX model the longest text that the manifest allows, so that an encoder
 * that does not give what its manifest says is known now, and nobody waits for the first text.
 * @throws InterleaveError MODEL_UNSUPPORTED, MODEL_INVALID; BACKEND_UNAVAILABLE where no TensorFlow.js starts
 */
export async function openTextEncoder(bundle: Bundle): Promise<TextEncoder> {
  const manifest = manifestOf(bundle, 'text-encoder');
  const { name, hash, output } = manifest;
  requireSupported(manifest);
  let network: TextNetwork | null = null;
  try {
    const encode = tokenizerOf(bundle, manifest);
    network = await openNetwork(bundle, manifest);
    const opened = { network, encode, dims: output.dims };
    await tryOut(opened, manifest);
    return {
      hash,
      dims: output.dims,
      engine: network.engine,
      tokensOf: (text) => tokens(opened, text).length,
      embed: (texts) => embedAll(opened, texts),
      dispose: () => opened.network.dispose(),
    };
  } catch (cause) {
    network?.dispose();
    if (cause instanceof InterleaveError) throw cause;
    throw new InterleaveError('MODEL_INVALID', `${name}: ${reasonOf(cause)}.`, { cause });
  }
}

interface Opened {
  network: TextNetwork;
  encode(text: string): number[];
  dims: number;
}

type TextManifest = ManifestOf<'text-encoder'>;

/** The tokenizers that a graph of each format has. */
const TOKENIZERS = {
  'tfjs-graph-model': ['sentencepiece-unigram'],
  onnx: ['wordpiece', 'byte-bpe'],
} as const satisfies Record<string, readonly TextManifest['input']['tokenizer'][]>;

function formatOf({ files }: TextManifest): keyof typeof TOKENIZERS | undefined {
  const format = files.find(({ role }) => role === 'graph')?.format;
  return format === 'onnx' || format === 'tfjs-graph-model' ? format : undefined;
}

/** What a manifest can say and this version does not do yet. */
function requireSupported(manifest: TextManifest): void {
  const { name, input, output, files } = manifest;
  const format = formatOf(manifest);
  const tokenizers: readonly string[] | undefined = format && TOKENIZERS[format];
  const wants = [
    ...(input.of === 'sentence' ? [] : [`${input.of}s`]),
    ...(tokenizers === undefined || tokenizers.includes(input.tokenizer)
      ? []
      : [`a tokenizer by ${input.tokenizer} for a graph as ${format}`]),
    ...(format === 'tfjs-graph-model' && input.pooling !== undefined ? ['tokens that are pooled'] : []),
    ...(output.similarity === 'cosine' ? [] : [`vectors compared by ${output.similarity}`]),
    ...files.flatMap(({ role, format }) =>
      role !== 'graph' || format in TOKENIZERS ? [] : [`a graph as ${format}`],
    ),
  ];
  if (wants.length > 0) throw new InterleaveError('MODEL_UNSUPPORTED', `${name} wants ${wants.join(', ')}.`);
}

function tokenizerOf(bundle: Bundle, { input }: TextManifest): Opened['encode'] {
  const { maxTokens, maxCharacters, tokenizer } = input;
  const file = onlyFile(bundle, 'vocabulary');
  if (tokenizer === 'wordpiece' || tokenizer === 'byte-bpe') {
    const opened = openTokenizer(tokenizer, file, fileOf(bundle, 'merges'));
    return (text) => opened.encode(text.slice(0, maxCharacters), maxTokens);
  }
  const pieces = new SentencePiece(JSON.parse(file.toString()) as VocabularyEntry[]);
  return (text) => pieces.encode(text.slice(0, maxCharacters)).slice(0, maxTokens);
}

/** A tokenizer of those that a graph as ONNX may have. @throws InterleaveError MODEL_UNSUPPORTED; Error */
export function openTokenizer(
  kind: (typeof TOKENIZERS)['onnx'][number],
  file: Buffer,
  merges: Buffer | null,
): WordPiece | BytePairs {
  return kind === 'wordpiece'
    ? new WordPiece(readWordPiece(file))
    : new BytePairs(readBytePairs(file, merges));
}

async function openNetwork(bundle: Bundle, manifest: TextManifest): Promise<TextNetwork> {
  if (formatOf(manifest) === 'onnx') return OnnxText.of(bundle);
  return new TensorFlowText(await openTensorBackend(), bundle);
}

async function tryOut({ network, encode, dims }: Opened, { input, files }: TextManifest): Promise<void> {
  const word = encode('chest');
  if ((await network.run([word])).length !== dims) throw new Error(`it does not give ${dims} numbers`);
  if (files.some(({ format }) => format === 'onnx'))
    await network.run([Array.from({ length: input.maxTokens }, (_, i) => word[i % word.length] ?? 0)]);
}

/** Texts of similar length share a batch, because a batch is as long as its longest text. */
async function embedAll(opened: Opened, texts: readonly string[]): Promise<Float32Array[]> {
  const { network, dims } = opened;
  const encoded = texts.map((text, index) => ({ index, ids: tokens(opened, text) }));
  encoded.sort((a, b) => a.ids.length - b.ids.length || a.index - b.index);
  const vectors = new Array<Float32Array>(texts.length);
  for (let from = 0; from < encoded.length; from += network.batch) {
    const batch = encoded.slice(from, from + network.batch);
    const rows = normaliseRows(await network.run(batch.map(({ ids }) => ids)), dims);
    for (const [row, { index }] of batch.entries()) vectors[index] = rows[row] as Float32Array;
    if (from + network.batch < encoded.length) await setImmediate();
  }
  return vectors;
}

function tokens({ encode }: Opened, text: string): number[] {
  const trimmed = text.trim();
  if (trimmed === '') throw new InterleaveError('TEXT_VECTOR_FAILED', 'The text is blank.');
  return encode(trimmed);
}
