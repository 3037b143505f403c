import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { saveOtherBundle } from '../../harness/other-bundle.ts';
import { type Bundle, inFolder, loadBundle, saveBundle } from '../../models/bundle.ts';
import { openBundle } from '../../models/bundle-folder.ts';
import { DEFAULT_ENGINE } from '../../models/engines/engine-settings.ts';
import { openEngine } from '../../models/engines/open-engine.ts';
import { type Graph, readGraph, tensorNames, writeGraph } from '../../models/graph.ts';
import { IMAGE_VECTOR, openImageEncoder } from '../../models/image-encoder.ts';
import type { AboutBundle } from '../../models/manifest.ts';
import { readSafetensors, type Tensor, writeSafetensors } from '../../models/safetensors.ts';
import { openTextEncoder } from '../../models/sentence-encoder.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(modelsDir) ? false : `the image model is not in ${modelsDir}; \`npm start\` gets it`;

/** 3 channels to 2: the mean colour, twice and with opposite sign. */
const GRAPH: Graph = {
  format: 'interleave-graph/1',
  input: 'image',
  nodes: [
    { op: 'global-mean', name: 'colour', input: 'image' },
    { op: 'dense', name: 'out', input: 'colour' },
  ],
  output: 'out',
};
const KERNEL: Tensor = { shape: [3, 2], data: Float32Array.of(1, -1, 0, 0, 0, 0) };

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-encoder-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function bundle(about: object = {}, graph: Graph = GRAPH, kernel: Tensor = KERNEL): Promise<Bundle> {
  const whole = {
    format: 1,
    name: 'tiny',
    kind: 'image-encoder',
    about: 'The mean of red.',
    input: { ...INPUT },
    output: { gives: 'vector', dims: 2, similarity: 'cosine' },
    parents: [],
    data: [],
    seeds: [],
    metrics: [],
    domain: 'simulated',
    licence: 'Apache-2.0',
    ...about,
  };
  await saveBundle(join(folder, 'tiny'), whole as AboutBundle, [
    inFolder('graph', 'interleave-graph', 'graph.json', writeGraph(graph)),
    inFolder('tensors', 'safetensors', 'w.safetensors', writeSafetensors(new Map([['out/kernel', kernel]]))),
  ]);
  return loadBundle(join(folder, 'tiny'));
}

const INPUT = {
  takes: 'image',
  size: 2,
  colour: 'rgb',
  fit: 'letterbox',
  mean: 0,
  scale: 1,
  windows: ['object'],
  mask: 'none',
};

test('a bundle of any graph gives what its tensors say', async () => {
  const encoder = await openImageEncoder(await openEngine(), await bundle());
  const red = { width: 1, height: 1, channels: 3, data: Uint8Array.of(200, 10, 10) } as const;
  const [vector] = await encoder.embed([red]);
  const half = Math.SQRT1_2;
  assert.ok(Math.abs((vector?.[0] ?? 0) - half) < 1e-6 && Math.abs((vector?.[1] ?? 0) + half) < 1e-6);
  await encoder.dispose();
});

test('nothing is left in TensorFlow.js of a bundle that was closed, or could not be opened', async () => {
  const engine = await openEngine({ ...DEFAULT_ENGINE, engine: 'wasm' });
  const { numTensors } = tf.memory();
  await (await openImageEncoder(engine, await bundle())).dispose();
  const three = { output: { gives: 'vector', dims: 3, similarity: 'cosine' } };
  await assert.rejects(openImageEncoder(engine, await bundle(three)), hasCode('MODEL_INVALID'));
  assert.equal(tf.memory().numTensors, numTensors);
});

for (const [what, about] of [
  ['the patches of its own graph pooled', { input: { ...INPUT, pooling: 'cls' } }],
  ['windows of its own', { input: { ...INPUT, windows: [{ centre: 40, width: 400 }] } }],
  ['a mask', { input: { ...INPUT, mask: 'burned-in-text' } }],
  ['another similarity', { output: { gives: 'vector', dims: 2, similarity: 'dot' } }],
] as const)
  test(`a bundle that wants ${what} is refused, not computed otherwise`, async () => {
    await assert.rejects(
      openImageEncoder(await openEngine(), await bundle(about)),
      hasCode('MODEL_UNSUPPORTED'),
    );
  });

test('a graph without its tensors, or that gives another length than its manifest says, is refused', async () => {
  const engine = await openEngine();
  const three = { output: { gives: 'vector', dims: 3, similarity: 'cosine' } };
  await assert.rejects(openImageEncoder(engine, await bundle(three)), hasCode('MODEL_INVALID'));
  const named: Graph = { ...GRAPH, nodes: [{ op: 'dense', name: 'other', input: 'image' }], output: 'other' };
  await assert.rejects(openImageEncoder(engine, await bundle({}, named)), hasCode('MODEL_INVALID'));
});

test('tensors that give no numbers are refused', async () => {
  const engine = await openEngine();
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const kernel = { shape: [3, 2], data: Float32Array.of(value, 0, 0, 0, 0, 0) };
    await assert.rejects(openImageEncoder(engine, await bundle({}, GRAPH, kernel)), hasCode('MODEL_INVALID'));
  }
});

test('a graph takes only what stands before it', () => {
  const [mean, dense] = GRAPH.nodes;
  assert.ok(mean !== undefined && dense !== undefined);
  for (const broken of [
    { ...GRAPH, nodes: [dense, mean] },
    { ...GRAPH, nodes: [mean, mean, dense] },
    { ...GRAPH, output: 'nowhere' },
    { ...GRAPH, nodes: [{ ...mean, op: 'softmax' }] },
  ])
    assert.throws(() => readGraph(Buffer.from(JSON.stringify(broken))));
  assert.deepEqual(readGraph(writeGraph(GRAPH)), GRAPH);
});

test('the graph and tensors of the image encoder that comes with us fit together', { skip }, async () => {
  const { files } = await openBundle(modelsDir, IMAGE_VECTOR.name);
  const graph = readGraph(files.find(({ role }) => role === 'graph')?.bytes ?? Buffer.alloc(0));
  const tensors = readSafetensors(files.find(({ role }) => role === 'tensors')?.bytes ?? Buffer.alloc(0));
  assert.deepEqual([...tensors.keys()].sort(), tensorNames(graph).sort());
});

test('the same network with another projection gives other vectors, the same from the same seed', {
  skip,
}, async () => {
  const engine = await openEngine();
  const save = (name: string, seed: number) =>
    saveOtherBundle(modelsDir, IMAGE_VECTOR.name, { name, seed, dims: 64, into: folder });
  const [one, again, other] = [await save('a', 1), await save('a', 1), await save('b', 2)];
  assert.equal(one.hash, again.hash);
  assert.notEqual(one.hash, other.hash);
  const image = { width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 80, 160, 240) } as const;
  const vectors: Float32Array[] = [];
  for (const name of ['a', 'b']) {
    const encoder = await openImageEncoder(engine, await openBundle(folder, name));
    vectors.push(...(await encoder.embed([image])));
    await encoder.dispose();
  }
  assert.deepEqual(
    vectors.map(({ length }) => length),
    [64, 64],
  );
  assert.notDeepEqual(vectors[0], vectors[1]);
});

test('so does the text encoder', { skip }, async () => {
  const from = 'universal-sentence-encoder-lite';
  await saveOtherBundle(modelsDir, from, { name: 'words', seed: 1, dims: 32, into: folder });
  const encoder = await openTextEncoder(await openBundle(folder, 'words'));
  const [vector] = await encoder.embed(['A small effusion.']);
  assert.equal(vector?.length, 32);
  encoder.dispose();
});

function hasCode(code: ErrorCode) {
  return (error: unknown) => {
    assert.equal(codeOf(error), code, String(error));
    return true;
  };
}
