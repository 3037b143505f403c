import { type GraphModel, loadGraphModelSync } from '@tensorflow/tfjs-converter';
import type { io, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { type Bundle, onlyFile } from '../bundle.ts';
import { MODEL_BATCH } from '../limits.ts';
import { readSafetensors } from '../safetensors.ts';
import type { TensorBackend } from '../tensor-backend.ts';
import type { TextEngine, TextNetwork } from './text-network.ts';

/**
 * A text encoder as a TensorFlow.js graph that takes a sparse matrix of ids, and where the bundle has a safetensors file, the
 * matrix `projection` behind it.
 */
export class TensorFlowText implements TextNetwork {
  readonly engine: TextEngine;
  readonly batch = MODEL_BATCH;
  readonly #backend: TensorBackend;
  readonly #model: GraphModel<io.IOHandlerSync>;
  readonly #projection: Tensor2D | null;

  /** @throws Error where its files do not fit together */
  constructor(backend: TensorBackend, bundle: Bundle) {
    const { kind, name, reasons } = backend;
    this.engine = { kind, name, reasons };
    this.#backend = backend;
    this.#model = loadGraphModelSync(inMemory(onlyFile(bundle, 'graph'), shardsOf(bundle)));
    try {
      this.#projection = projectionOf(backend, bundle);
    } catch (error) {
      this.#model.dispose();
      throw error;
    }
  }

  /** `indices` [n, 2] (text, place) and `values` [n]. */
  async run(texts: readonly (readonly number[])[]): Promise<Float32Array> {
    const { tf } = this.#backend;
    const places = texts.flatMap((ids, text) => ids.map((_, place) => [text, place]));
    const indices = tf.tensor2d(places.flat(), [places.length, 2], 'int32');
    const values = tf.tensor1d(texts.flat(), 'int32');
    const made: Tensor[] = [indices, values];
    try {
      const features = (await this.#model.executeAsync({ indices, values })) as Tensor2D;
      made.push(features);
      if (this.#projection === null) return (await features.data()) as Float32Array;
      const projected = tf.matMul(features, this.#projection);
      made.push(projected);
      return (await projected.data()) as Float32Array;
    } finally {
      tf.dispose(made);
    }
  }

  dispose(): void {
    this.#model.dispose();
    this.#projection?.dispose();
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
