import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as ort from 'onnxruntime-node';
import { type AboutImageGraph, OnnxNetwork } from '../../../models/engines/onnx-network.ts';
import { openOnnxModel } from '../../../models/engines/onnx-runtime.ts';
import { MAX_FIXED_BATCH, MAX_ONNX_DEPTH } from '../../../models/limits.ts';
import { hasExternalData } from '../../../models/onnx/external-data.ts';
import { onnxModel, onnxNode, onnxTensor, onnxValue } from '../../../models/onnx/onnx-model.ts';
import { bytes, integer, integers, text } from '../../../models/onnx/protobuf.ts';

type Numbers = 'float32' | 'float16';

/** Images of 2 × 2 pixels as they come out of a ViT: each pixel is a token, its colours are the token's vector. */
function patches(numbers: Numbers = 'float32', batch: number | string = 'batch'): Buffer {
  return onnxModel({
    nodes: [
      onnxNode('Reshape', ['pixel_values', 'shape'], 'rows'),
      onnxNode('Transpose', ['rows'], 'tokens', { perm: [0, 2, 1] }),
      ...(numbers === 'float16' ? [onnxNode('Cast', ['tokens'], 'halves', { to: 10 })] : []),
    ],
    initializers: [wholes('shape', [0, 3, 4])],
    input: onnxValue('pixel_values', [batch, 3, 2, 2]),
    outputs: [onnxValue(numbers === 'float16' ? 'halves' : 'tokens', [batch, 4, 3], numbers)],
  });
}

function wholes(name: string, values: readonly number[]): Buffer {
  const data = Buffer.from(BigInt64Array.from(values, BigInt).buffer);
  return Buffer.concat([integers(1, [values.length]), integer(2, 7), text(8, name), bytes(9, data)]);
}

const PIXELS = Float32Array.from({ length: 24 }, (_, i) => i);

async function run(model: Buffer, about: AboutImageGraph, batch = PIXELS, images = 2): Promise<number[]> {
  const network = await OnnxNetwork.of(ort, (await openOnnxModel(ort, model, 1)).session, about);
  try {
    return [...(await network.run(batch, images))];
  } finally {
    await network.dispose();
  }
}

test('of patches the first is the vector, or all together are', async () => {
  assert.deepEqual(await run(patches(), { pooling: 'cls' }), [0, 1, 2, 12, 13, 14]);
  assert.deepEqual(await run(patches(), { pooling: 'mean' }), [18, 22, 26, 66, 70, 74]);
  assert.equal((await run(patches(), {})).length, 24, 'which the encoder refuses');
});

test('numbers of half precision are read as they are', async () => {
  assert.deepEqual(await run(patches('float16'), { pooling: 'mean' }), [18, 22, 26, 66, 70, 74]);
});

test('a graph for batches of one size gets such batches, the last one filled up', async () => {
  for (const size of [1, 2, 3, 5])
    assert.deepEqual(
      await run(
        patches('float32', size),
        { pooling: 'cls' },
        Float32Array.from({ length: 48 }, (_, i) => i),
        4,
      ),
      [0, 1, 2, 12, 13, 14, 24, 25, 26, 36, 37, 38],
      `${size}`,
    );
  await assert.rejects(run(patches('float32', MAX_FIXED_BATCH + 1), { pooling: 'cls' }), /images at once/);
});

test('a layout that the graph does not have is refused', async () => {
  await assert.rejects(run(patches(), { layout: 'channels-last' }), /channels-last/);
});

/** A weight that is said to lie in another file (onnx.proto, TensorProto.data_location). */
function elsewhere(file: string): Buffer {
  const entry = (key: string, value: string) => bytes(13, text(1, key), text(2, value));
  return Buffer.concat([
    integers(1, [3, 2]),
    integer(2, 1),
    text(8, 'weights'),
    entry('location', file),
    integer(14, 1),
  ]);
}

test('a model that keeps its weights in another file is not opened', async () => {
  const model = (weights: Buffer) =>
    onnxModel({
      nodes: [onnxNode('MatMul', ['location', 'weights'], 'out')],
      initializers: [weights],
      input: onnxValue('location', ['n', 3]),
      outputs: [onnxValue('out', ['n', 2])],
    });
  const whole = model(onnxTensor('weights', [3, 2], new Float32Array(6)));
  assert.equal(hasExternalData(whole), false);
  for (const file of ['model.onnx_data', '../../etc/passwd', '/etc/passwd']) {
    assert.equal(hasExternalData(model(elsewhere(file))), true);
    await assert.rejects(openOnnxModel(ort, model(elsewhere(file)), 1), /external data/);
  }
  // In a constant of a node, and in a graph within one.
  const constant = bytes(5, text(1, 'value'), bytes(5, elsewhere('x')));
  const node = Buffer.concat([text(2, 'c'), text(4, 'Constant'), constant]);
  const within = Buffer.concat([text(4, 'If'), bytes(5, text(1, 'then_branch'), bytes(6, bytes(1, node)))]);
  for (const one of [node, within])
    assert.equal(
      hasExternalData(onnxModel({ nodes: [one], initializers: [], input: [], outputs: [] })),
      true,
    );
});

test('a field is not hidden behind a number that is cut off elsewhere', () => {
  const graph = bytes(7, bytes(5, elsewhere('x')));
  assert.equal(hasExternalData(graph), true);
  // Field 7 plus 2 ** 32 in the tag: ONNX Runtime reads it as field 7.
  const hidden = Buffer.concat([Buffer.of(0xba, 0x80, 0x80, 0x80, 0x10), graph.subarray(1)]);
  assert.throws(() => hasExternalData(hidden), /too long/);
});

test('a file is looked through as its bytes are, over many pages', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-external-'));
  try {
    const weights = onnxTensor('weights', [3, 50_000], new Float32Array(150_000).fill(7));
    const model = (last: Buffer) =>
      onnxModel({ nodes: [], initializers: [weights, weights, last], input: [], outputs: [] });
    for (const [last, external] of [
      [weights, false],
      [elsewhere('x'), true],
    ] as const) {
      await writeFile(join(folder, 'm.onnx'), model(last));
      assert.equal(hasExternalData(join(folder, 'm.onnx')), external);
    }
    await writeFile(join(folder, 'm.onnx'), model(weights).subarray(0, -1));
    assert.throws(() => hasExternalData(join(folder, 'm.onnx')));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what is cut off, or nested without end, is no model', () => {
  const whole = patches();
  assert.throws(() => hasExternalData(whole.subarray(0, whole.length - 3)));
  let graph: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < MAX_ONNX_DEPTH; depth++) graph = bytes(1, bytes(5, bytes(6, graph)));
  assert.throws(() => hasExternalData(bytes(7, graph)), /too deeply/);
});
