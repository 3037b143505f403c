import type { Graph, GraphNode } from './graph.ts';
import type { Tensors } from './safetensors.ts';

/** Of one image: [height, width, channels], or [numbers] where these are gone. */
export type Shape = readonly number[];

/**
 * What every node of a graph gives for an image of `size` × `size` × 3, its input included. Each engine asks this first, so
 * that a graph and tensors that do not fit are refused by all of them alike.
 * @throws Error when a tensor is missing or has another shape than its node needs, the output is no vector, or a kernel is
 * smaller than its stride (TensorFlow.js 4.22 on WebAssembly then gives wrong numbers, except for 1 × 1)
 */
export function shapesOf(graph: Graph, tensors: Tensors, size: number): Map<string, Shape> {
  const shapes = new Map<string, Shape>([[graph.input, [size, size, 3]]]);
  for (const node of graph.nodes) {
    const shape = shapes.get(node.input) ?? [];
    const other = node.op === 'add' ? (shapes.get(node.to) ?? []) : shape;
    const result = shapeOf(node, shape, other, (part) => shapeOfTensor(tensors, `${node.name}/${part}`));
    if (result === null) throw new Error(`${node.name} does not fit what it is given`);
    shapes.set(node.name, result);
  }
  if (shapes.get(graph.output)?.length !== 1) throw new Error(`the output ${graph.output} is no vector`);
  return shapes;
}

/** null where what the node is given does not fit its tensors. */
function shapeOf(
  node: GraphNode,
  shape: Shape,
  other: Shape,
  tensor: (part: 'kernel' | 'bias') => Shape,
): Shape | null {
  switch (node.op) {
    case 'add':
      return isSame(shape, other) ? shape : null;
    case 'global-mean':
      return shape.length === 3 ? shape.slice(2) : null;
    case 'dense': {
      const [inputs, outputs, ...more] = tensor('kernel');
      return shape.length === 1 && shape[0] === inputs && outputs !== undefined && more.length === 0
        ? [outputs]
        : null;
    }
    default: {
      const [height = 0, width = 0, channels] = shape;
      const [down, across, inputs, last, ...more] = tensor('kernel');
      const outputs = node.op === 'conv2d' ? last : inputs;
      const isKernel =
        shape.length === 3 &&
        down !== undefined &&
        across !== undefined &&
        inputs === channels &&
        outputs !== undefined &&
        (node.op === 'conv2d' || last === 1) &&
        more.length === 0;
      if (!isKernel || !isSame(tensor('bias'), [outputs])) return null;
      if ([down, across].some((side) => side > 1 && side < node.stride))
        throw new Error(
          `${node.name} steps further than its kernel reaches, which engines compute differently`,
        );
      return [Math.ceil(height / node.stride), Math.ceil(width / node.stride), outputs];
    }
  }
}

function shapeOfTensor(tensors: Tensors, name: string): Shape {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the graph needs the tensor ${name}`);
  return tensor.shape;
}

function isSame(one: Shape, other: Shape): boolean {
  return one.length === other.length && one.every((side, i) => side === other[i]);
}
