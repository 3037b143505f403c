import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import { INPUT_SIZE } from '../../../models/efficientnet-lite0.ts';
import { IMAGE_VECTOR } from '../../../models/image-encoder.ts';
import { STALL_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { ImageModel } from '../../../services/inference/image-model.ts';
import { CONCURRENT_PARTITIONS, MAX_POLL_IMAGES, MAX_READ_MS } from '../../../services/inference/limits.ts';

const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(modelsDir)
  ? false
  : `the image model is not in ${modelsDir}; run models/convert/fetch.ts`;

const image: DisplayImage = {
  width: INPUT_SIZE,
  height: INPUT_SIZE,
  channels: 1,
  data: Uint8Array.from({ length: INPUT_SIZE ** 2 }, (_, i) => i % 251),
};

test('a batch that takes too long fails for now, and is worth another try', { skip }, async (t) => {
  const model = await ImageModel.open(modelsDir);
  t.after(() => model.stop());
  assert.deepEqual([model.about.generation, model.about.dims], [IMAGE_VECTOR.generation, IMAGE_VECTOR.dims]);
  const before = await model.embed(image);
  assert.equal(before.model, model.about.hash);

  const hasty = await ImageModel.open(modelsDir, 1);
  t.after(() => hasty.stop());
  await assert.rejects(hasty.embed(image), { code: 'IMAGE_VECTOR_FAILED', kind: 'retry' });
  assert.deepEqual(await model.embed(image), before);
});

test('images that come while the model computes are embedded together, each as it is alone', {
  skip,
}, async (t) => {
  const model = await ImageModel.open(modelsDir);
  t.after(() => model.stop());
  const darker = { ...image, data: image.data.map((value) => value >> 1) };
  const alone = [await model.embed(image), await model.embed(darker)];
  const together = await Promise.all([image, darker, image, darker].map((one) => model.embed(one)));
  for (const [i, vector] of together.entries()) {
    const [one, other] = [fromFloat16(vector.data), fromFloat16(alone[i % 2]?.data ?? Buffer.alloc(0))];
    assert.ok(one.every((value, k) => Math.abs(value - (other[k] ?? Number.NaN)) < 1e-2));
  }
});

test('without weights there is no model', async () => {
  await assert.rejects(ImageModel.open(join(tmpdir(), 'no-models-here')), { code: 'MODEL_MISSING' });
});

test('a poll of hostile objects is no stall', () => {
  const NEW_THREAD_MS = 1_000;
  assert.ok(CONCURRENT_PARTITIONS * MAX_POLL_IMAGES * (MAX_READ_MS + NEW_THREAD_MS) < STALL_TIMEOUT_MS);
});
