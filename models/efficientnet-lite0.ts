import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Bundle } from './bundle.ts';
import type { TensorBackend } from './tensor-backend.ts';

/** One convolution, with its batch norm folded into kernel and bias. */
export interface ConvLayer {
  /** kernel and bias stand in the bundle as `<name>/kernel` and `<name>/bias` */
  readonly name: string;
  readonly depthwise: boolean;
  readonly size: number;
  readonly stride: 1 | 2;
  readonly inputs: number;
  readonly outputs: number;
  /** projections have none (Sandler et al., arXiv:1801.04381, section 3.2) */
  readonly activation: 'relu6' | 'linear';
}

/** An inverted residual: expand, depthwise, project; its input is added when it changes neither size nor depth. */
export interface Block {
  readonly expand: ConvLayer | null;
  readonly depthwise: ConvLayer;
  readonly project: ConvLayer;
  readonly residual: boolean;
}

/** Side of the square input image, in pixels. */
export const INPUT_SIZE = 224;

/** Components of the pooled features. */
export const FEATURES = 1280;

/** repeats, kernel, stride of the first, expansion, channels (EfficientNet-B0, arXiv:1905.11946, table 1) */
const STAGES = [
  [1, 3, 1, 1, 16],
  [2, 3, 2, 6, 24],
  [2, 5, 2, 6, 40],
  [3, 3, 2, 6, 80],
  [3, 5, 1, 6, 112],
  [4, 5, 2, 6, 192],
  [1, 3, 1, 6, 320],
] as const;

const STEM: ConvLayer = conv('stem', 3, 2, 3, 32, 'relu6');
export const BLOCKS: readonly Block[] = blocks();
export const HEAD: ConvLayer = conv('head', 1, 1, 320, FEATURES, 'relu6');

/** Every convolution, in the order of computation. */
export const LAYERS: readonly ConvLayer[] = [
  STEM,
  ...BLOCKS.flatMap(({ expand, depthwise, project }) =>
    expand === null ? [depthwise, project] : [expand, depthwise, project],
  ),
  HEAD,
];

/** Shape of a layer's kernel, as TensorFlow keeps it: [height, width, in, out], depthwise [height, width, in, 1]. */
export function kernelShape({ depthwise, size, inputs, outputs }: ConvLayer): number[] {
  return depthwise ? [size, size, inputs, 1] : [size, size, inputs, outputs];
}

/**
 * EfficientNet-Lite0 without its classifier: EfficientNet-B0 with relu6 in place of swish and without squeeze and
 * excitation. Takes [n, 224, 224, 3] RGB as (x - 127) / 128; gives the mean over the last feature map, [n, 1280].
 */
export class EfficientNetLite0 {
  readonly #backend: TensorBackend;
  readonly #weights = new Map<string, { kernel: Tensor4D; bias: Tensor4D }>();

  constructor(backend: TensorBackend, bundle: Bundle) {
    this.#backend = backend;
    for (const layer of LAYERS) {
      const kernel = backend.tf.tensor(
        bundle.tensor(`${layer.name}/kernel`, kernelShape(layer)),
        kernelShape(layer),
      );
      const bias = backend.tf.tensor(bundle.tensor(`${layer.name}/bias`, [layer.outputs]), [layer.outputs]);
      this.#weights.set(layer.name, { kernel: kernel as Tensor4D, bias: bias as Tensor4D });
    }
  }

  /** `batch` holds n images of 224 × 224 × 3; gives n × 1280 numbers. */
  async features(batch: Float32Array): Promise<Float32Array> {
    const { tf } = this.#backend;
    const images = batch.length / (INPUT_SIZE * INPUT_SIZE * 3);
    const output = tf.tidy(() => {
      let x = this.#apply(STEM, tf.tensor4d(batch, [images, INPUT_SIZE, INPUT_SIZE, 3]));
      for (const block of BLOCKS) x = this.#block(block, x);
      return tf.mean(this.#apply(HEAD, x), [1, 2]);
    });
    try {
      return (await output.data()) as Float32Array;
    } finally {
      output.dispose();
    }
  }

  dispose(): void {
    for (const { kernel, bias } of this.#weights.values()) this.#backend.tf.dispose([kernel, bias]);
    this.#weights.clear();
  }

  #block({ expand, depthwise, project, residual }: Block, input: Tensor4D): Tensor4D {
    const expanded = expand === null ? input : this.#apply(expand, input);
    const output = this.#apply(project, this.#apply(depthwise, expanded));
    return residual ? this.#backend.tf.add(output, input) : output;
  }

  #apply({ name, depthwise, stride, activation }: ConvLayer, x: Tensor4D): Tensor4D {
    const weights = this.#weights.get(name);
    if (weights === undefined) throw new Error('the network was disposed');
    const { fused } = this.#backend.tf;
    const options = {
      x,
      filter: weights.kernel,
      bias: weights.bias,
      strides: stride,
      pad: 'same',
      activation,
    } as const;
    return depthwise ? fused.depthwiseConv2d(options) : fused.conv2d(options);
  }
}

function blocks(): Block[] {
  const all: Block[] = [];
  let inputs = STEM.outputs;
  for (const [repeats, size, firstStride, expansion, outputs] of STAGES) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const name = `block${all.length}`;
      const stride = repeat === 0 ? firstStride : 1;
      const wide = inputs * expansion;
      all.push({
        expand: expansion === 1 ? null : conv(`${name}/expand`, 1, 1, inputs, wide, 'relu6'),
        depthwise: { ...conv(`${name}/depthwise`, size, stride, wide, wide, 'relu6'), depthwise: true },
        project: conv(`${name}/project`, 1, 1, wide, outputs, 'linear'),
        residual: stride === 1 && inputs === outputs,
      });
      inputs = outputs;
    }
  }
  return all;
}

function conv(
  name: string,
  size: number,
  stride: 1 | 2,
  inputs: number,
  outputs: number,
  activation: ConvLayer['activation'],
): ConvLayer {
  return { name, depthwise: false, size, stride, inputs, outputs, activation };
}
