import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { codeOf } from '../../../core/errors.ts';
import { type Bundle, type GivenFile, inFolder, loadBundle, saveBundle } from '../../../models/bundle.ts';
import { DEFAULT_ENGINE } from '../../../models/engines/engine-settings.ts';
import { openEngine } from '../../../models/engines/open-engine.ts';
import { ENGINE_IDS, type EngineId, enginesThatOpen } from '../../../models/engines/who-opens.ts';
import { openImageEncoder } from '../../../models/image-encoder.ts';
import type { AboutBundle } from '../../../models/manifest.ts';
import { onnxModel, onnxNode, onnxValue } from '../../../models/onnx/onnx-model.ts';
import { SENTENCE_BUNDLE } from '../../../models/packaged-bundles.ts';

const ABOUT: AboutBundle = {
  format: 1,
  name: 'foreign',
  kind: 'image-encoder',
  about: 'The mean colour.',
  input: {
    takes: 'image',
    size: 2,
    colour: 'rgb',
    fit: 'letterbox',
    mean: 0,
    scale: 1,
    windows: ['object'],
    mask: 'none',
  },
  output: { gives: 'vector', dims: 3, similarity: 'cosine' },
  parents: [],
  data: [],
  seeds: [],
  metrics: [],
  domain: 'public',
  licence: 'Apache-2.0',
};
const COLOUR = { width: 1, height: 1, channels: 3, data: Uint8Array.of(30, 40, 120) } as const;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-onnx-bundle-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** As others export them: channels first, and more than one output where `named`. */
function channelsFirst({ named = false } = {}): Buffer {
  return onnxModel({
    nodes: [
      onnxNode('GlobalAveragePool', ['pixel_values'], 'pooled'),
      onnxNode('Flatten', ['pooled'], 'embeds', { axis: 1 }),
    ],
    initializers: [],
    input: onnxValue('pixel_values', ['batch', 3, 2, 2]),
    outputs: [...(named ? [onnxValue('pooled', ['batch', 3, 1, 1])] : []), onnxValue('embeds', ['batch', 3])],
  });
}

async function bundle(graph: Buffer, names?: GivenFile['names']): Promise<Bundle> {
  const file = inFolder('graph', 'onnx', 'model.onnx', graph);
  await saveBundle(join(folder, 'foreign'), ABOUT, [names === undefined ? file : { ...file, names }]);
  return loadBundle(join(folder, 'foreign'));
}

const engineOf = (engine: EngineId) => openEngine({ ...DEFAULT_ENGINE, engine });

test('an image encoder as ONNX is opened by ONNX Runtime, channels first or last', async () => {
  const encoder = await openImageEncoder(await engineOf('onnxruntime'), await bundle(channelsFirst()));
  const [vector] = await encoder.embed([COLOUR]);
  assert.deepEqual(
    [...(vector ?? [])].map((value) => Math.round(value * 1000)),
    [231, 308, 923],
  );
  await encoder.dispose();
});

test('of several outputs the manifest names the one that is meant', async () => {
  const engine = await engineOf('onnxruntime');
  const several = channelsFirst({ named: true });
  await assert.rejects(openImageEncoder(engine, await bundle(several)), (error) => {
    assert.equal(codeOf(error), 'MODEL_INVALID');
    assert.match((error as Error).message, /pooled, embeds/);
    return true;
  });
  const named = await bundle(several, { input: 'pixel_values', output: 'embeds' });
  const encoder = await openImageEncoder(engine, named);
  assert.equal((await encoder.embed([COLOUR, COLOUR])).length, 2);
  await encoder.dispose();
  const wrong = await bundle(several, { input: 'pixels', output: 'embeds' });
  await assert.rejects(openImageEncoder(engine, wrong), { code: 'MODEL_INVALID' });
});

test('what is no ONNX model is refused as one', async () => {
  const engine = await engineOf('onnxruntime');
  await assert.rejects(openImageEncoder(engine, await bundle(Buffer.from('nothing'))), {
    code: 'MODEL_INVALID',
  });
});

test('another engine refuses it, and says what helps', async () => {
  await assert.rejects(openImageEncoder(await engineOf('wasm'), await bundle(channelsFirst())), (error) => {
    assert.equal(codeOf(error), 'MODEL_UNSUPPORTED');
    assert.match((error as Error).message, /INTERLEAVE_ENGINE=onnxruntime/);
    return true;
  });
});

test('which engines open a bundle follows from its files', async () => {
  const { manifest } = await bundle(channelsFirst());
  assert.deepEqual(enginesThatOpen(manifest), ['onnxruntime-cuda', 'onnxruntime']);
  assert.deepEqual(enginesThatOpen(SENTENCE_BUNDLE), ['tfjs-node-gpu', 'tfjs-node', 'wasm']);
  const ours = [{ ...manifest.files[0], format: 'interleave-graph' }] as typeof manifest.files;
  assert.deepEqual(enginesThatOpen({ ...manifest, files: ours }), [...ENGINE_IDS]);
  assert.deepEqual(enginesThatOpen({ ...manifest, kind: 'text-encoder' }), ['onnxruntime']);
  assert.deepEqual(enginesThatOpen({ ...manifest, kind: 'heads' }), []);
  assert.deepEqual(enginesThatOpen({ ...manifest, files: [] }), []);
});
