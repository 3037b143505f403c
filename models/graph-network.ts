import type { Tensor1D, Tensor2D, Tensor4D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Network } from './engines/engine.ts';
import { type Graph, type GraphNode, tensorNames } from './graph.ts';
import { shapesOf } from './graph-shapes.ts';
import type { Tensors } from './safetensors.ts';
import type { TensorBackend } from './tensor-backend.ts';

/** A graph with its tensors, computed by TensorFlow.js. */
export class GraphNetwork implements Network {
  readonly #backend: TensorBackend;
  readonly #graph: Graph;
  readonly #size: number;
  readonly #weights = new Map<string, TfTensor>();
  /** after which node a result is not needed any more */
  readonly #lastUse: ReadonlyMap<string, string>;

  /** For images of `size` × `size`. @throws Error as `shapesOf` */
  constructor(backend: TensorBackend, graph: Graph, tensors: Tensors, size: number) {
    shapesOf(graph, tensors, size);
    this.#backend = backend;
    this.#graph = graph;
    this.#size = size;
    this.#lastUse = lastUses(graph);
    for (const name of tensorNames(graph)) {
      const { data, shape } = tensors.get(name) as { data: Float32Array; shape: readonly number[] };
      this.#weights.set(name, backend.tf.tensor(data, [...shape]));
    }
  }

  async run(batch: Float32Array, images: number): Promise<Float32Array> {
    const { tf } = this.#backend;
    const size = this.#size;
    const output = tf.tidy(() => {
      const results = new Map<string, TfTensor>([
        [this.#graph.input, tf.tensor4d(batch, [images, size, size, 3])],
      ]);
      for (const node of this.#graph.nodes) {
        const inputs = inputsOf(node);
        results.set(
          node.name,
          this.#apply(
            node,
            inputs.map((name) => results.get(name) as TfTensor),
          ),
        );
        for (const name of inputs)
          if (this.#lastUse.get(name) === node.name) {
            results.get(name)?.dispose();
            results.delete(name);
          }
      }
      return results.get(this.#graph.output) as TfTensor;
    });
    try {
      return (await output.data()) as Float32Array;
    } finally {
      output.dispose();
    }
  }

  async dispose(): Promise<void> {
    this.#backend.tf.dispose([...this.#weights.values()]);
    this.#weights.clear();
  }

  #apply(node: GraphNode, [x, y]: TfTensor[]): TfTensor {
    const { tf } = this.#backend;
    const weight = (part: string): TfTensor => {
      const tensor = this.#weights.get(`${node.name}/${part}`);
      if (tensor === undefined) throw new Error('the network was disposed');
      return tensor;
    };
    switch (node.op) {
      case 'add':
        return tf.add(x as TfTensor, y as TfTensor);
      case 'global-mean':
        return tf.mean(x as TfTensor, [1, 2]);
      case 'dense':
        return tf.matMul(x as Tensor2D, weight('kernel') as Tensor2D);
      default: {
        const options = {
          x: x as Tensor4D,
          filter: weight('kernel') as Tensor4D,
          bias: weight('bias') as Tensor1D,
          strides: node.stride,
          pad: 'same',
          activation: node.activation,
        } as const;
        return node.op === 'conv2d' ? tf.fused.conv2d(options) : tf.fused.depthwiseConv2d(options);
      }
    }
  }
}

function inputsOf(node: GraphNode): string[] {
  return node.op === 'add' ? [node.input, node.to] : [node.input];
}

function lastUses({ nodes, output }: Graph): Map<string, string> {
  const last = new Map(nodes.flatMap((node) => inputsOf(node).map((name) => [name, node.name] as const)));
  last.delete(output);
  return last;
}
