import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import { fittedSize } from '../../../core/imaging/fit-image.ts';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import { saveOtherBundle } from '../../../harness/other-bundle.ts';
import { addEncoders } from '../../../models/add/add-encoders.ts';
import { INPUT_SIZE } from '../../../models/efficientnet-lite0.ts';
import { DEFAULT_ENGINE } from '../../../models/engines/engine-settings.ts';
import { openEngine } from '../../../models/engines/open-engine.ts';
import { IMAGE_VECTOR } from '../../../models/image-encoder.ts';
import { STALL_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { ImageModels } from '../../../services/inference/image-models.ts';
import {
  CONCURRENT_PARTITIONS,
  MAX_OPEN_BUNDLES,
  MAX_POLL_IMAGES,
  MAX_READ_MS,
} from '../../../services/inference/limits.ts';
import { writeClipPair } from '../../models/support/clip-pair.ts';

const there = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(there) ? false : `the image model is not in ${there}; \`npm start\` gets it`;
const FIRST = { called: IMAGE_VECTOR.name, generation: 1 };

const image: DisplayImage = {
  width: INPUT_SIZE,
  height: INPUT_SIZE,
  channels: 1,
  data: Uint8Array.from({ length: INPUT_SIZE ** 2 }, (_, i) => i % 251),
};
const SIZE = fittedSize({ fit: 'letterbox', size: INPUT_SIZE });
const inputs = new Map([[SIZE, image]]);

let modelsDir: string;
before(async () => {
  modelsDir = await mkdtemp(join(tmpdir(), 'interleave-image-models-'));
  if (skip !== false) return;
  await cp(join(there, IMAGE_VECTOR.name), join(modelsDir, IMAGE_VECTOR.name), { recursive: true });
  await saveOtherBundle(modelsDir, IMAGE_VECTOR.name, { name: 'other', seed: 1, dims: 32 });
});
after(() => rm(modelsDir, { recursive: true, force: true }));

test('a batch that takes too long fails for now, and is worth another try', { skip }, async (t) => {
  const models = await ImageModels.open(modelsDir);
  t.after(() => models.stop());
  await models.load([FIRST]);
  const [model] = models.loaded;
  assert.deepEqual([model?.generation, model?.dims, model?.size], [1, IMAGE_VECTOR.dims, SIZE]);
  const first = await models.embed(inputs, models.loaded);
  assert.equal(first[0]?.model, model?.hash);

  const hasty = await ImageModels.open(modelsDir, { limitMs: 1 });
  t.after(() => hasty.stop());
  await hasty.load([FIRST]);
  await assert.rejects(hasty.embed(inputs, hasty.loaded), { code: 'IMAGE_VECTOR_FAILED', kind: 'retry' });
  assert.deepEqual(await models.embed(inputs, models.loaded), first);
});

test('on an engine that opens no ONNX a bundle of ONNX alone is missing, and the setting that helps is named', async (t) => {
  const folder = join(modelsDir, '.pair');
  await writeClipPair(folder);
  await addEncoders(folder, {
    modelsDir,
    dryRun: false,
    openEngine: () => openEngine({ ...DEFAULT_ENGINE, engine: 'onnxruntime' }),
  });
  const wanted = [{ called: 'brightness-image', generation: 2 }];
  const models = await ImageModels.open(modelsDir, { engine: { ...DEFAULT_ENGINE, engine: 'wasm' } });
  t.after(() => models.stop());
  await models.load(wanted);
  assert.deepEqual([models.loaded.length, models.missing[0]?.code], [0, 'MODEL_UNSUPPORTED']);
  assert.match(models.missing[0]?.reason ?? '', /INTERLEAVE_ENGINE=onnxruntime .*npm ci/);
  const other = await ImageModels.open(modelsDir, { engine: { ...DEFAULT_ENGINE, engine: 'onnxruntime' } });
  t.after(() => other.stop());
  await other.load(wanted);
  assert.equal(other.loaded[0]?.size, 'crop 32');
});

for (const engine of ['onnxruntime', 'wasm'] as const)
  test(`a thread that was given up while ${engine} computed is replaced, as often as it must be`, {
    skip,
  }, async (t) => {
    const settings = { ...DEFAULT_ENGINE, engine };
    const [models, hasty] = [
      await ImageModels.open(modelsDir, { engine: settings }),
      await ImageModels.open(modelsDir, { engine: settings, limitMs: 1 }),
    ];
    t.after(() => Promise.all([models.stop(), hasty.stop()]));
    await models.load([FIRST]);
    const first = await models.embed(inputs, models.loaded);
    for (let time = 0; time < 3; time++) {
      // Opens the engine and the bundle anew, and has it compute.
      await hasty.load([FIRST]);
      assert.deepEqual([hasty.loaded.length, hasty.missing], [1, []]);
      await assert.rejects(hasty.embed(inputs, hasty.loaded), { code: 'IMAGE_VECTOR_FAILED' });
    }
    assert.deepEqual(await models.embed(inputs, models.loaded), first);
    assert.match(models.backend.backendName, engine === 'wasm' ? /wasm/ : /onnxruntime-node/);
  });

test('images that come while the models compute are embedded together, each as it is alone', {
  skip,
}, async (t) => {
  const models = await ImageModels.open(modelsDir);
  t.after(() => models.stop());
  await models.load([FIRST]);
  const darker = new Map([[SIZE, { ...image, data: image.data.map((value) => value >> 1) }]]);
  const embed = async (one: typeof inputs) => (await models.embed(one, models.loaded))[0];
  const alone = [await embed(inputs), await embed(darker)];
  const together = await Promise.all([inputs, darker, inputs, darker].map(embed));
  for (const [i, vector] of together.entries()) {
    const [one, other] = [vector, alone[i % 2]].map((made) => fromFloat16(made?.data ?? Buffer.alloc(0)));
    assert.ok(one?.every((value, k) => Math.abs(value - (other?.[k] ?? Number.NaN)) < 1e-2));
  }
});

test('with two bundles an image gets a vector of each; with one it gets what it got before, bit for bit', {
  skip,
}, async (t) => {
  const models = await ImageModels.open(modelsDir);
  t.after(() => models.stop());
  await models.load([FIRST]);
  const { loaded: alone } = models;
  const [before] = await models.embed(inputs, alone);
  await models.load([FIRST, { called: 'other', generation: 2 }]);
  const both = models.loaded;
  // Polls that began before and after the change, in one batch.
  const [old, now, again] = await Promise.all([alone, both, alone].map((list) => models.embed(inputs, list)));
  assert.deepEqual(
    now?.map(({ generation, dims, model }) => [generation, dims, model]),
    both.map(({ generation, dims, hash }) => [generation, dims, hash]),
  );
  assert.deepEqual(
    both.map(({ generation, dims }) => [generation, dims]),
    [
      [1, IMAGE_VECTOR.dims],
      [2, 32],
    ],
  );
  assert.equal(old?.length, 1);
  const [alongside] = await models.embed(inputs, both);
  assert.deepEqual(alongside, before);
  assert.equal(again?.length, 1);
  assert.ok(both.length < MAX_OPEN_BUNDLES);
});

test('a bundle that cannot be loaded is told with its code; the others go on', { skip }, async (t) => {
  const models = await ImageModels.open(modelsDir);
  t.after(() => models.stop());
  await models.load([FIRST, { called: 'f'.repeat(64), generation: 2 }]);
  assert.deepEqual(
    models.missing.map(({ generation, code }) => [generation, code]),
    [[2, 'MODEL_MISSING']],
  );
  assert.equal((await models.embed(inputs, models.loaded)).length, 1);
  await models.load([{ called: 'other', generation: 2 }]);
  assert.deepEqual(models.missing, []);
});

test('without weights there is no model', async (t) => {
  const models = await ImageModels.open(join(tmpdir(), 'no-models-here'));
  t.after(() => models.stop());
  await models.load([FIRST]);
  assert.deepEqual([models.loaded.length, models.missing[0]?.code], [0, 'MODEL_MISSING']);
  await assert.rejects(models.embed(inputs, models.loaded), { code: 'MODEL_MISSING', kind: 'fatal' });
});

test('a poll of hostile objects is no stall', () => {
  const NEW_THREAD_MS = 1_000;
  assert.ok(CONCURRENT_PARTITIONS * MAX_POLL_IMAGES * (MAX_READ_MS + NEW_THREAD_MS) < STALL_TIMEOUT_MS);
});
