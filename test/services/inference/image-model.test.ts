import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DisplayImage } from '../../../core/vision/display-image.ts';
import { INPUT_SIZE } from '../../../models/efficientnet-lite0.ts';
import { IMAGE_VECTOR } from '../../../models/image-encoder.ts';
import { STALL_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { projectRoot } from '../../../platform/project-root.ts';
import { ImageModel } from '../../../services/inference/image-model.ts';
import { MAX_POLL_IMAGES, MAX_READ_MS } from '../../../services/inference/limits.ts';

const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(modelsDir)
  ? false
  : `the image model is not in ${modelsDir}; run infra/weights/fetch.ts`;

const image: DisplayImage = {
  width: INPUT_SIZE,
  height: INPUT_SIZE,
  channels: 1,
  data: Uint8Array.from({ length: INPUT_SIZE ** 2 }, (_, i) => i % 251),
};

test('a model whose thread broke down is opened anew by the next images', { skip }, async (t) => {
  const model = await ImageModel.open(modelsDir);
  t.after(() => model.stop());
  assert.deepEqual([model.about.generation, model.about.dims], [IMAGE_VECTOR.generation, IMAGE_VECTOR.dims]);
  const before = await model.embed([image]);
  await assert.rejects(model.embed([image], 1), { code: 'BACKEND_UNAVAILABLE' });
  assert.deepEqual(await model.embed([image]), before);
  assert.equal(before[0]?.model, model.about.hash);
});

test('without weights there is no model', async () => {
  await assert.rejects(ImageModel.open(join(tmpdir(), 'no-models-here')), { code: 'MODEL_MISSING' });
});

test('a poll of hostile objects is no stall', () => {
  const NEW_THREAD_MS = 1_000;
  assert.ok(MAX_POLL_IMAGES * (MAX_READ_MS + NEW_THREAD_MS) < STALL_TIMEOUT_MS);
});
