import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import { type Fit, fitImage, fittedSize } from '../../../core/imaging/fit-image.ts';

/** Four columns and two rows. */
const WIDE: DisplayImage = {
  width: 4,
  height: 2,
  channels: 1,
  data: Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80),
};
const fitted = (image: DisplayImage, fit: Fit, size: number) => fitImage(image, fittedSize({ fit, size }));

test('of an image that is cropped the middle is left, as large as its shorter side', () => {
  assert.deepEqual([...fitted(WIDE, 'crop', 2).data], [20, 30, 60, 70]);
  const tall = { ...WIDE, width: 2, height: 4 };
  assert.deepEqual([...fitted(tall, 'crop', 2).data], [30, 40, 50, 60]);
  const colours = {
    width: 3,
    height: 1,
    channels: 3,
    data: Uint8Array.from({ length: 9 }, (_, i) => i),
  } as const;
  assert.deepEqual([...fitted(colours, 'crop', 1).data], [3, 4, 5]);
});

test('a stretched image has all of it, and a letterboxed one its proportions', () => {
  const stretched = fitted(WIDE, 'stretch', 2);
  assert.deepEqual([stretched.width, stretched.height], [2, 2]);
  assert.ok((stretched.data[0] as number) < 20 && (stretched.data[1] as number) > 30);
  assert.deepEqual([...fitted(WIDE, 'letterbox', 4).data], [0, 0, 0, 0, ...WIDE.data, 0, 0, 0, 0]);
});

test('an image that has the size stays as it is, however it is fitted', () => {
  const square = { ...WIDE, width: 2, height: 2, data: WIDE.data.subarray(0, 4) };
  for (const fit of ['crop', 'stretch', 'letterbox'] as const)
    assert.deepEqual([...fitted(square, fit, 2).data], [10, 20, 30, 40], fit);
});

test('a line of pixels takes no more than its square', () => {
  const line = { width: 1_000_000, height: 1, channels: 1, data: new Uint8Array(1_000_000).fill(7) } as const;
  const { data } = fitted(line, 'crop', 224);
  assert.equal(data.length, 224 * 224);
  assert.ok(data.every((value) => value === 7));
});
