import type { Graph, GraphNode } from '../graph.ts';
import { type Shape, shapesOf } from '../graph-shapes.ts';
import type { Tensor, Tensors } from '../safetensors.ts';
import { onnxModel, onnxNode, onnxTensor, onnxValue } from './onnx-model.ts';

/**
 * A graph with its tensors as an ONNX model for images of `size` × `size`: the same numbers in, the same out. ONNX has
 * channels before height and width (NCHW), so the image is turned once, and the kernels are written turned.
 * @throws Error as `shapesOf`
 */
export function graphToOnnx(graph: Graph, tensors: Tensors, size: number): Buffer {
  const shapes = shapesOf(graph, tensors, size);
  /** Names of a graph are free; these cannot clash with the names that are made of them. */
  const ids = new Map([
    [graph.input, 'turned'],
    ...graph.nodes.map(({ name }, i) => [name, `node${i}`] as const),
  ]);
  const nodes = [onnxNode('Transpose', ['image'], 'turned', { perm: [0, 3, 1, 2] })];
  const initializers = [
    onnxTensor('lowest', [], Float32Array.of(0)),
    onnxTensor('highest', [], Float32Array.of(6)),
  ];
  for (const node of graph.nodes) {
    const names = node.op === 'add' ? [node.input, node.to] : [node.input];
    const [id = '', ...inputs] = [node.name, ...names].map((name) => ids.get(name) ?? '');
    const [kernel, bias] = ['kernel', 'bias'].map((part) => tensors.get(`${node.name}/${part}`));
    nodes.push(...operations(node, id, inputs, shapes.get(node.input) ?? [], kernel?.shape ?? []));
    initializers.push(...weights(node, id, kernel, bias));
  }
  return onnxModel({
    nodes,
    initializers,
    input: onnxValue('image', ['images', size, size, 3]),
    outputs: [onnxValue(ids.get(graph.output) ?? '', ['images', ...(shapes.get(graph.output) ?? [])])],
  });
}

function operations(
  node: GraphNode,
  id: string,
  inputs: readonly string[],
  [height = 1, width = 1, channels = 1]: Shape,
  [down = 1, across = 1]: Shape,
): Buffer[] {
  switch (node.op) {
    case 'add':
      return [onnxNode('Add', inputs, id)];
    case 'dense':
      return [onnxNode('MatMul', [...inputs, `${id}.kernel`], id)];
    case 'global-mean':
      return [
        onnxNode('GlobalAveragePool', inputs, `${id}.mean`),
        onnxNode('Flatten', [`${id}.mean`], id, { axis: 1 }),
      ];
    default: {
      const { stride } = node;
      const [top, bottom] = samePadding(height, down, stride);
      const [left, right] = samePadding(width, across, stride);
      const sums = node.activation === 'relu6' ? `${id}.sums` : id;
      const convolution = onnxNode('Conv', [...inputs, `${id}.kernel`, `${id}.bias`], sums, {
        kernel_shape: [down, across],
        strides: [stride, stride],
        pads: [top, left, bottom, right],
        group: node.op === 'depthwise-conv2d' ? channels : 1,
      });
      return sums === id ? [convolution] : [convolution, onnxNode('Clip', [sums, 'lowest', 'highest'], id)];
    }
  }
}

/**
 * Zeros before and after one side, as TensorFlow pads for SAME: as many as ⌈side / stride⌉ outputs need, and of an odd number
 * the greater part after (https://www.tensorflow.org/api_docs/python/tf/nn, "Notes on padding").
 */
export function samePadding(side: number, kernel: number, stride: number): [before: number, after: number] {
  const padding = Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel - side);
  const before = Math.floor(padding / 2);
  return [before, padding - before];
}

function weights({ op }: GraphNode, id: string, kernel?: Tensor, bias?: Tensor): Buffer[] {
  if (kernel === undefined) return [];
  if (op === 'dense') return [onnxTensor(`${id}.kernel`, kernel.shape, kernel.data)];
  if (bias === undefined) return [];
  const { shape, data } = turned(op === 'depthwise-conv2d' ? asGroups(kernel) : kernel);
  return [onnxTensor(`${id}.kernel`, shape, data), onnxTensor(`${id}.bias`, bias.shape, bias.data)];
}

/** A depthwise kernel [height, width, channels, 1] has, as ONNX sees it, one input and as many outputs. */
function asGroups({ shape: [height = 1, width = 1, channels = 1], data }: Tensor): Tensor {
  return { shape: [height, width, 1, channels], data };
}

/** [height, width, in, out] to [out, in, height, width]. */
function turned({ shape: [height = 1, width = 1, inputs = 1, outputs = 1], data }: Tensor): Tensor {
  const result = new Float32Array(data.length);
  let at = 0;
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      for (let place = 0; place < height * width; place++)
        result[at++] = data[(place * inputs + input) * outputs + output] as number;
  return { shape: [outputs, inputs, height, width], data: result };
}
