import { type ConvLayer, kernelShape, LAYERS } from '../efficientnet-lite0.ts';
import type { TorchTensor } from './legacy-torch.ts';

/** Added to the variance (`momentum=0.99, eps=1e-3` in the published network). */
const EPSILON = 1e-3;

export interface Folded {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The weights of the bundle from those of the checkpoint: kernels turned from PyTorch's order to TensorFlow's, and
 * each batch norm folded into the convolution before it (in float64). The classifier is left out.
 * @throws Error when a tensor is missing or has another shape
 */
export function convertEfficientNetLite0(checkpoint: ReadonlyMap<string, TorchTensor>): Map<string, Folded> {
  const weights = new Map<string, Folded>();
  for (const layer of LAYERS) {
    const { convolution, norm } = torchNames(layer.name);
    const take = (name: string, length: number): Float32Array => {
      const data = checkpoint.get(name)?.data;
      if (data?.length !== length) throw new Error(`the checkpoint has no ${name} of ${length} numbers`);
      return data;
    };
    const shape = kernelShape(layer);
    const folded = foldBatchNorm(
      toTensorFlow(
        layer,
        take(
          `${convolution}.weight`,
          shape.reduce((a, b) => a * b, 1),
        ),
      ),
      take(`${norm}.weight`, layer.outputs),
      take(`${norm}.bias`, layer.outputs),
      take(`${norm}.running_mean`, layer.outputs),
      take(`${norm}.running_var`, layer.outputs),
    );
    weights.set(`${layer.name}/kernel`, { shape, data: folded.kernel });
    weights.set(`${layer.name}/bias`, { shape: [layer.outputs], data: folded.bias });
  }
  return weights;
}

/**
 * norm(conv(x)) = conv'(x) + bias, with conv' = conv · γ / √(variance + ε) and bias = β - mean · γ / √(variance + ε).
 * The output channel runs fastest in `kernel`.
 */
export function foldBatchNorm(
  kernel: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
): { kernel: Float32Array; bias: Float32Array } {
  const scale = Array.from(gamma, (value, i) => value / Math.sqrt((variance[i] ?? 0) + EPSILON));
  return {
    kernel: kernel.map((value, i) => value * (scale[i % scale.length] ?? 0)),
    bias: beta.map((value, i) => value - (mean[i] ?? 0) * (scale[i] ?? 0)),
  };
}

/** PyTorch keeps [out, in, height, width] (depthwise [out, 1, height, width]); here the output channel runs fastest. */
function toTensorFlow({ depthwise, size, inputs, outputs }: ConvLayer, data: Float32Array): Float32Array {
  const depth = depthwise ? 1 : inputs;
  const area = size * size;
  const kernel = new Float32Array(data.length);
  for (let out = 0; out < outputs; out++)
    for (let channel = 0; channel < depth; channel++)
      for (let place = 0; place < area; place++)
        kernel[(place * depth + channel) * outputs + out] = data[(out * depth + channel) * area + place] ?? 0;
  return kernel;
}

/** A block without expansion still counts its norms from 1. */
function torchNames(layer: string): { convolution: string; norm: string } {
  if (layer === 'stem') return { convolution: '_conv_stem', norm: '_bn0' };
  if (layer === 'head') return { convolution: '_conv_head', norm: '_bn1' };
  const [block = '', part = ''] = layer.split('/');
  const prefix = `_blocks.${block.slice('block'.length)}`;
  const norm = { expand: '_bn0', depthwise: '_bn1', project: '_bn2' }[part];
  return { convolution: `${prefix}._${part}_conv`, norm: `${prefix}.${norm}` };
}
