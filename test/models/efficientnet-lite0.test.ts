import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import { openBundle } from '../../models/bundle-folder.ts';
import { BLOCKS, FEATURES, INPUT_SIZE, kernelShape, LAYERS } from '../../models/efficientnet-lite0.ts';
import { openEngine } from '../../models/engines/open-engine.ts';
import { IMAGE_VECTOR, openImageEncoder } from '../../models/image-encoder.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(modelsDir) ? false : `the image model is not in ${modelsDir}; \`npm start\` gets it`;

test('the network has the parameters of the published one', () => {
  const kernels = LAYERS.map((layer) => kernelShape(layer).reduce((a, b) => a * b, 1));
  const norms = LAYERS.map(({ outputs }) => 2 * outputs);
  const classifier = FEATURES * 1000 + 1000;
  assert.equal(
    [...kernels, ...norms, classifier].reduce((a, b) => a + b, 0),
    4_652_008,
  );
  assert.equal(BLOCKS.length, 16);
  assert.equal(BLOCKS.filter(({ residual }) => residual).length, 9);
  const strides = LAYERS.reduce((product, { stride }) => product * stride, 1);
  assert.equal(INPUT_SIZE / strides, 7);
});

test('known features of a known image, alone and in a batch', { skip }, async () => {
  const bundle = await openBundle(modelsDir, IMAGE_VECTOR.name);
  const encoder = await openImageEncoder(await openEngine(), bundle);
  assert.match(encoder.hash, /^0ccfca6abb49a97e/, 'the bundle is the same on every machine');
  const image = rings(INPUT_SIZE);
  const [alone] = await encoder.embed([image]);
  const batch = await encoder.embed([rings(64), ...Array(9).fill(image)]);
  assert.ok(alone !== undefined);
  assert.equal(alone.length, IMAGE_VECTOR.dims);
  for (const [i, expected] of KNOWN) assert.ok(Math.abs((alone[i] ?? 0) - expected) < 1e-4, `component ${i}`);
  assert.equal(batch.length, 10);
  for (const vector of batch.slice(1))
    assert.ok(Math.max(...vector.map((value, i) => Math.abs(value - (alone[i] ?? 0)))) < 1e-5);
  await encoder.dispose();
});

/** Grey rings, the same on every machine. */
function rings(size: number): DisplayImage {
  const data = Uint8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [(i % size) - size / 2, Math.floor(i / size) - size / 2];
    return Math.floor((x * x + y * y) / 16) % 256;
  });
  return { width: size, height: size, channels: 1, data };
}

/** The largest components, as a plain float64 computation with batch norm unfolded gives them (NumPy, same weights). */
const KNOWN: [number, number][] = [
  [119, 0.248944],
  [701, 0.230332],
  [209, 0.213536],
  [1158, 0.211488],
  [245, 0.200062],
  [31, 0.194615],
];
