import { z } from 'zod';

/**
 * `graph.json` of a bundle: a network as a list of operations, for any engine that can do these few. Tensors stand in the
 * safetensors file beside it, images are [n, height, width, 3] (NHWC), kernels [height, width, in, out], those of a
 * depthwise convolution [height, width, in, 1]; all padding is TensorFlow's SAME.
 */

const name = z.string().min(1);
const activation = z.enum(['relu6', 'linear']);

const node = z.discriminatedUnion('op', [
  /** tensors `<name>/kernel` and `<name>/bias` */
  z.strictObject({ op: z.literal('conv2d'), name, input: name, stride: z.int().min(1), activation }),
  z.strictObject({
    op: z.literal('depthwise-conv2d'),
    name,
    input: name,
    stride: z.int().min(1),
    activation,
  }),
  z.strictObject({ op: z.literal('add'), name, input: name, to: name }),
  /** the mean over height and width: [n, channels] */
  z.strictObject({ op: z.literal('global-mean'), name, input: name }),
  /** a matrix `<name>/kernel` [in, out] */
  z.strictObject({ op: z.literal('dense'), name, input: name }),
]);

const graph = z
  .strictObject({
    format: z.literal('interleave-graph/1'),
    /** the name under which nodes take the image */
    input: name,
    nodes: z.array(node).min(1),
    /** the node whose result is the output */
    output: name,
  })
  .superRefine(({ input, nodes, output }, context) => {
    const known = new Set([input]);
    for (const one of nodes) {
      for (const needed of [one.input, ...(one.op === 'add' ? [one.to] : [])])
        if (!known.has(needed)) context.addIssue(`${one.name} takes ${needed}, which is not before it`);
      if (known.has(one.name)) context.addIssue(`${one.name} stands twice`);
      known.add(one.name);
    }
    if (!known.has(output)) context.addIssue(`there is no ${output}`);
  });

export type Graph = z.infer<typeof graph>;
export type GraphNode = Graph['nodes'][number];

/** @throws Error when it is none, or takes what is not there */
export function readGraph(bytes: Buffer): Graph {
  return graph.parse(JSON.parse(bytes.toString('utf8')));
}

export function writeGraph(given: Graph): Buffer {
  return Buffer.from(`${JSON.stringify(graph.parse(given), null, 1)}\n`);
}

/** The tensors that a graph needs, in the order of computation. */
export function tensorNames({ nodes }: Graph): string[] {
  return nodes.flatMap((one) => {
    if (one.op === 'conv2d' || one.op === 'depthwise-conv2d')
      return [`${one.name}/kernel`, `${one.name}/bias`];
    return one.op === 'dense' ? [`${one.name}/kernel`] : [];
  });
}
