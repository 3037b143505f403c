import type { Graph, GraphNode } from './graph.ts';

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
export function efficientNetLite0(): Graph {
  const nodes: GraphNode[] = [];
  let last = 'image';
  const apply = ({ name, depthwise, stride, activation }: ConvLayer): void => {
    nodes.push({ op: depthwise ? 'depthwise-conv2d' : 'conv2d', name, input: last, stride, activation });
    last = name;
  };
  apply(STEM);
  for (const [index, { expand, depthwise, project, residual }] of BLOCKS.entries()) {
    const input = last;
    if (expand !== null) apply(expand);
    apply(depthwise);
    apply(project);
    if (!residual) continue;
    nodes.push({ op: 'add', name: `block${index}/residual`, input: last, to: input });
    last = `block${index}/residual`;
  }
  apply(HEAD);
  nodes.push({ op: 'global-mean', name: 'features', input: last });
  return { format: 'interleave-graph/1', input: 'image', nodes, output: 'features' };
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
