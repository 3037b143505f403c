import { setImmediate } from 'node:timers/promises';
import { type GraphModel, loadGraphModelSync } from '@tensorflow/tfjs-converter';
import type { io, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { InterleaveError } from '../core/errors.ts';
import { type Bundle, manifestOf, onlyFile } from './bundle.ts';
import { MODEL_BATCH } from './limits.ts';
import type { ManifestOf } from './manifest.ts';
import { normaliseRows } from './normalise.ts';
import { sentenceBundle } from './packaged-bundles.ts';
import { readSafetensors } from './safetensors.ts';
import { SentencePiece, type VocabularyEntry } from './sentence-piece.ts';
import type { TensorBackend } from './tensor-backend.ts';

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
export async function openSentenceEncoder(backend: TensorBackend): Promise<SentenceEncoder> {
  const encoder = await openTextEncoder(backend, await sentenceBundle());
  return { ...encoder, generation: SENTENCE_VECTOR.generation };
}

/**
 * Opens the text encoder of a bundle: a TensorFlow.js graph, and where it has a safetensors file, the matrix `projection`
 * behind it. It embeds one word, so that an encoder that does not give what its manifest says is known now, and nobody waits
 * for the first text.
 * @throws InterleaveError MODEL_UNSUPPORTED, MODEL_INVALID
 */
export async function openTextEncoder(backend: TensorBackend, bundle: Bundle): Promise<TextEncoder> {
  const manifest = manifestOf(bundle, 'text-encoder');
  const { name, hash, input, output } = manifest;
  requireSupported(manifest);
  let model: GraphModel<io.IOHandlerSync> | null = null;
  let projection: Tensor2D | null = null;
  const dispose = () => {
    model?.dispose();
    projection?.dispose();
  };
  try {
    model = loadGraphModelSync(inMemory(onlyFile(bundle, 'graph'), shardsOf(bundle)));
    const tokenizer = new SentencePiece(
      JSON.parse(onlyFile(bundle, 'vocabulary').toString()) as VocabularyEntry[],
    );
    projection = projectionOf(backend, bundle);
    const parts = { backend, model, tokenizer, projection, input, dims: output.dims };
    const { length } = (await run(parts, [pieces(parts, 'chest')])).flatMap((row) => [...row]);
    if (length !== output.dims) throw new Error(`it does not give ${output.dims} numbers`);
    return { hash, dims: output.dims, embed: (texts) => embedAll(parts, texts), dispose };
  } catch (cause) {
    dispose();
    if (cause instanceof InterleaveError) throw cause;
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new InterleaveError('MODEL_INVALID', `${name}: ${reason}.`, { cause });
  }
}

interface Parts {
  backend: TensorBackend;
  model: GraphModel<io.IOHandlerSync>;
  tokenizer: SentencePiece;
  projection: Tensor2D | null;
  input: ManifestOf<'text-encoder'>['input'];
  dims: number;
}

/** What a manifest can say and this version does not do yet. */
function requireSupported({ name, input, output, files }: ManifestOf<'text-encoder'>): void {
  const wants = [
    ...(input.of === 'sentence' ? [] : [`${input.of}s`]),
    ...(input.tokenizer === 'sentencepiece-unigram' ? [] : [`a tokenizer by ${input.tokenizer}`]),
    ...(output.similarity === 'cosine' ? [] : [`vectors compared by ${output.similarity}`]),
    ...files.flatMap(({ role, format }) =>
      role !== 'graph' || format === 'tfjs-graph-model' ? [] : [`a graph as ${format}`],
    ),
  ];
  if (wants.length > 0) throw new InterleaveError('MODEL_UNSUPPORTED', `${name} wants ${wants.join(', ')}.`);
}

/** Texts of similar length share a batch, because a batch is as long as its longest text. */
async function embedAll(parts: Parts, texts: readonly string[]): Promise<Float32Array[]> {
  const encoded = texts.map((text, index) => ({ index, ids: pieces(parts, text) }));
  encoded.sort((a, b) => a.ids.length - b.ids.length || a.index - b.index);
  const vectors = new Array<Float32Array>(texts.length);
  for (let from = 0; from < encoded.length; from += MODEL_BATCH) {
    const batch = encoded.slice(from, from + MODEL_BATCH);
    const rows = await run(
      parts,
      batch.map(({ ids }) => ids),
    );
    for (const [row, { index }] of batch.entries()) vectors[index] = rows[row] as Float32Array;
    if (from + MODEL_BATCH < encoded.length) await setImmediate();
  }
  return vectors;
}

function pieces({ tokenizer, input }: Parts, text: string): number[] {
  const trimmed = text.trim();
  if (trimmed === '') throw new InterleaveError('TEXT_VECTOR_FAILED', 'The text is blank.');
  return tokenizer.encode(trimmed.slice(0, input.maxCharacters)).slice(0, input.maxTokens);
}

/** The graph takes a sparse matrix of ids: `indices` [n, 2] (text, place) and `values` [n]. */
async function run(
  { backend: { tf }, model, projection, dims }: Parts,
  batch: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const places = batch.flatMap((ids, text) => ids.map((_, place) => [text, place]));
  const indices = tf.tensor2d(places.flat(), [places.length, 2], 'int32');
  const values = tf.tensor1d(batch.flat(), 'int32');
  const made: Tensor[] = [indices, values];
  try {
    const features = (await model.executeAsync({ indices, values })) as Tensor2D;
    made.push(features);
    if (projection === null) return normaliseRows((await features.data()) as Float32Array, dims);
    const projected = tf.matMul(features, projection);
    made.push(projected);
    return normaliseRows((await projected.data()) as Float32Array, dims);
  } finally {
    tf.dispose(made);
  }
}

/** The weights of the graph, in the manifest's order. */
function shardsOf({ files }: Bundle): Buffer[] {
  return files.filter(({ format }) => format === 'tfjs-shard').map(({ bytes }) => bytes);
}

function projectionOf({ tf }: TensorBackend, { files }: Bundle): Tensor2D | null {
  const file = files.find(({ format }) => format === 'safetensors');
  if (file === undefined) return null;
  const matrix = readSafetensors(file.bytes).get('projection');
  if (matrix?.shape.length !== 2) throw new Error('there is no matrix "projection"');
  return tf.tensor2d(matrix.data, matrix.shape as [number, number]);
}

function inMemory(graph: Buffer, shards: readonly Buffer[]): io.IOHandlerSync {
  const topology = JSON.parse(graph.toString()) as io.ModelJSON;
  const weights = Buffer.concat(shards);
  const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength);
  return {
    load: () => ({
      modelTopology: topology.modelTopology,
      weightSpecs: topology.weightsManifest.flatMap((group) => group.weights),
      weightData: weightData as ArrayBuffer,
      format: 'graph-model',
    }),
  };
}
