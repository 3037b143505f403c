import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Bundle, inFolder, loadBundle, saveBundle } from '../../../models/bundle.ts';
import type { Engine } from '../../../models/engines/engine.ts';
import { DEFAULT_ENGINE } from '../../../models/engines/engine-settings.ts';
import { openEngine } from '../../../models/engines/open-engine.ts';
import { type Graph, type GraphNode, writeGraph } from '../../../models/graph.ts';
import type { AboutBundle } from '../../../models/manifest.ts';
import { samePadding } from '../../../models/onnx/graph-to-onnx.ts';
import { type Tensor, writeSafetensors } from '../../../models/safetensors.ts';

/** Both compute float32, each in its own order. */
const TOLERANCE = 1e-4;

let folder: string;
let onnx: Engine;
let wasm: Engine;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-onnx-'));
  onnx = await openEngine({ ...DEFAULT_ENGINE, engine: 'onnxruntime' });
  wasm = await openEngine({ ...DEFAULT_ENGINE, engine: 'wasm' });
});
after(() => rm(folder, { recursive: true, force: true }));

for (const size of [7, 8, 15])
  for (const kernel of [1, 2, 3, 5])
    for (const stride of [1, 2, 3].filter((step) => kernel === 1 || step <= kernel))
      test(`convolutions of ${kernel} × ${kernel} in steps of ${stride} give ${size} × ${size} pixels the same numbers`, async () => {
        await compare(
          size,
          [
            { op: 'conv2d', name: 'stem', input: 'image', stride, activation: 'linear' },
            { op: 'depthwise-conv2d', name: 'deep', input: 'stem', stride, activation: 'relu6' },
            { op: 'conv2d', name: 'last', input: 'deep', stride: 1, activation: 'relu6' },
            { op: 'add', name: 'sum', input: 'last', to: 'deep' },
            { op: 'global-mean', name: 'mean', input: 'sum' },
            { op: 'dense', name: 'out', input: 'mean' },
          ],
          {
            'stem/kernel': [kernel, kernel, 3, 6],
            'stem/bias': [6],
            'deep/kernel': [kernel, kernel, 6, 1],
            'deep/bias': [6],
            'last/kernel': [kernel, kernel, 6, 6],
            'last/bias': [6],
            'out/kernel': [6, 4],
          },
        );
      });

test('names of nodes and tensors cannot meet those that are made up', async () => {
  const nodes: GraphNode[] = [
    { op: 'conv2d', name: 'node1.sums', input: 'turned', stride: 1, activation: 'relu6' },
    { op: 'conv2d', name: 'lowest', input: 'node1.sums', stride: 1, activation: 'relu6' },
    { op: 'global-mean', name: 'image', input: 'lowest' },
  ];
  const shapes = {
    'node1.sums/kernel': [1, 1, 3, 3],
    'node1.sums/bias': [3],
    'lowest/kernel': [1, 1, 3, 3],
    'lowest/bias': [3],
  };
  await compare(4, nodes, shapes, 'turned');
});

test('what engines would compute differently, or cannot, none of them opens', async () => {
  const conv = { op: 'conv2d', name: 'a', input: 'image', stride: 1, activation: 'linear' } as const;
  const mean: GraphNode = { op: 'global-mean', name: 'mean', input: 'a' };
  const [kernel, bias] = [[3, 3, 3, 4], [4]];
  const refused: [GraphNode[], Record<string, number[]>][] = [
    [[{ ...conv, stride: 4 }, mean], { 'a/kernel': kernel, 'a/bias': bias }],
    [[conv, mean], { 'a/kernel': kernel }],
    [[conv, mean], { 'a/kernel': kernel, 'a/bias': [3] }],
    [[conv, mean], { 'a/kernel': [3, 3, 2, 4], 'a/bias': bias }],
    [[conv], { 'a/kernel': kernel, 'a/bias': bias }],
    [
      [conv, { op: 'add', name: 'sum', input: 'a', to: 'image' }, { ...mean, input: 'sum' }],
      {
        'a/kernel': kernel,
        'a/bias': bias,
      },
    ],
    [[{ op: 'dense', name: 'a', input: 'image' }], { 'a/kernel': [3, 4] }],
  ];
  for (const [nodes, shapes] of refused) {
    const output = nodes.at(-1)?.name ?? '';
    const bundle = await bundleOf(
      12,
      { format: 'interleave-graph/1', input: 'image', nodes, output },
      shapes,
    );
    for (const engine of [onnx, wasm]) await assert.rejects(engine.load(bundle));
  }
});

test('padding is that of TensorFlow: what is odd goes to the end', () => {
  assert.deepEqual(samePadding(224, 3, 2), [0, 1]);
  assert.deepEqual(samePadding(112, 3, 1), [1, 1]);
  assert.deepEqual(samePadding(15, 5, 2), [2, 2]);
  assert.deepEqual(samePadding(8, 1, 3), [0, 0]);
});

/** The same images through both, three at once. */
async function compare(
  size: number,
  nodes: GraphNode[],
  shapes: Record<string, number[]>,
  input = 'image',
): Promise<void> {
  const graph: Graph = { format: 'interleave-graph/1', input, nodes, output: nodes.at(-1)?.name ?? '' };
  const bundle = await bundleOf(size, graph, shapes);
  const batch = numbers(3 * size * size * 3, size);
  const [one, other] = [await runOnce(onnx), await runOnce(wasm)];
  assert.equal(one.length, other.length);
  assert.ok(one.length > 0 && Math.max(...one.map(Math.abs)) > TOLERANCE * 100);
  for (const [i, value] of one.entries())
    assert.ok(Math.abs(value - (other[i] ?? Number.NaN)) < TOLERANCE, `${i}: ${value}, ${other[i]}`);

  async function runOnce(engine: Engine): Promise<Float32Array> {
    const network = await engine.load(bundle);
    const output = await network.run(batch, 3);
    await network.dispose();
    return output;
  }
}

async function bundleOf(size: number, graph: Graph, shapes: Record<string, number[]>): Promise<Bundle> {
  const tensors = new Map<string, Tensor>(
    Object.entries(shapes).map(([name, shape], n) => [
      name,
      {
        shape,
        data: numbers(
          shape.reduce((a, b) => a * b, 1),
          n,
        ),
      },
    ]),
  );
  const about: AboutBundle = {
    format: 1,
    name: 'random',
    kind: 'image-encoder',
    about: 'Numbers.',
    input: {
      takes: 'image',
      size,
      colour: 'rgb',
      fit: 'letterbox',
      mean: 0,
      scale: 1,
      windows: ['object'],
      mask: 'none',
    },
    output: { gives: 'vector', dims: 4, similarity: 'cosine' },
    parents: [],
    data: [],
    seeds: [],
    metrics: [],
    domain: 'simulated',
    licence: 'Apache-2.0',
  };
  await saveBundle(join(folder, 'random'), about, [
    inFolder('graph', 'interleave-graph', 'graph.json', writeGraph(graph)),
    inFolder('tensors', 'safetensors', 'w.safetensors', writeSafetensors(tensors)),
  ]);
  return loadBundle(join(folder, 'random'));
}

/** In [-1, 1), the same for the same seed. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
