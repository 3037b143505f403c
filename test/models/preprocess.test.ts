import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preprocess } from '../../models/preprocess.ts';

const FORMAT = { size: 2, fit: 'letterbox', mean: 127, scale: 128 } as const;

test('grey goes into all three channels, as (x - mean) / scale', () => {
  const batch = preprocess(
    [{ width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 127, 255, 63) }],
    FORMAT,
  );
  assert.deepEqual(
    [...batch],
    [-127, 0, 128, -64].flatMap((x) => [x, x, x].map((value) => value / 128)),
  );
});

test('colours keep their order, images follow each other', () => {
  const red = { width: 1, height: 1, channels: 3 as const, data: Uint8Array.of(255, 0, 127) };
  const batch = preprocess([red, red], { ...FORMAT, size: 1 });
  assert.deepEqual([...batch], [1, -127 / 128, 0, 1, -127 / 128, 0]);
});

test('each channel may have its own mean and scale', () => {
  const grey = { width: 1, height: 1, channels: 1 as const, data: Uint8Array.of(100) };
  const batch = preprocess([grey], { size: 1, fit: 'stretch', mean: [100, 90, 80], scale: [1, 2, 4] });
  assert.deepEqual([...batch], [0, 5, 5]);
});

test('an image is fitted as the bundle says', () => {
  const wide = { width: 3, height: 1, channels: 1 as const, data: Uint8Array.of(1, 2, 3) };
  const batch = preprocess([wide], { size: 1, fit: 'crop', mean: 0, scale: 1 });
  assert.deepEqual([...batch], [2, 2, 2]);
});
