import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import { fitWithin, letterbox } from '../../../core/imaging/letterbox.ts';
import { resize } from '../../../core/imaging/resize.ts';

const grey = (width: number, height: number, value: (x: number, y: number) => number): DisplayImage => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
});
const sizes = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }));

test('an even image stays even at any size', () => {
  fc.assert(
    fc.property(sizes, sizes, fc.integer({ min: 0, max: 255 }), ([w, h], [width, height], value) => {
      const { data } = resize(
        grey(w, h, () => value),
        width,
        height,
      );
      assert.equal(data.length, width * height);
      assert.ok(data.every((pixel) => pixel === value));
    }),
  );
});

test('a ramp stays a ramp, larger and much smaller', () => {
  const ramp = grey(256, 4, (x) => x);
  for (const width of [512, 64, 16]) {
    const { data } = resize(ramp, width, 4);
    for (let x = 2; x < width - 2; x++)
      assert.ok(Math.abs((data[x] ?? 0) - ((x + 0.5) * (256 / width) - 0.5)) <= 1.5, `${width}: ${x}`);
  }
});

test('nothing aliases: stripes of single pixels become grey', () => {
  const { data } = resize(
    grey(1000, 10, (x) => (x % 2) * 255),
    50,
    10,
  );
  for (const pixel of data.subarray(3, 47)) assert.ok(Math.abs(pixel - 127.5) <= 3, String(pixel));
});

test('colours do not mix', () => {
  const data = Uint8Array.from({ length: 300 }, (_, i) => [200, 0, 50][i % 3] ?? 0);
  const small = resize({ width: 10, height: 10, channels: 3, data }, 3, 7);
  assert.ok(small.data.every((value, i) => value === [200, 0, 50][i % 3]));
});

test('a letterbox keeps proportions, in the middle of black', () => {
  const box = letterbox(
    grey(100, 50, () => 9),
    20,
  );
  assert.deepEqual([box.width, box.height], [20, 20]);
  for (let y = 0; y < 20; y++) assert.equal(box.data[y * 20 + 10], y >= 5 && y < 15 ? 9 : 0);
});

test('every image fits, and keeps a pixel', () => {
  assert.deepEqual(fitWithin({ width: 10_000, height: 2 }, 224), { width: 224, height: 1 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 300 }), ([width, height], size) => {
      const fitted = fitWithin({ width, height }, size);
      assert.equal(Math.max(fitted.width, fitted.height), size);
      assert.ok(Math.min(fitted.width, fitted.height) >= 1);
    }),
  );
});

test('the same pixels on every machine and in every version: vectors of one generation depend on it', () => {
  const noise = (width: number, height: number, channels: 1 | 3): DisplayImage => ({
    width,
    height,
    channels,
    data: Uint8Array.from(
      { length: width * height * channels },
      (_, i) => Math.imul(i, 2_654_435_761) >>> 24,
    ),
  });
  const hash = createHash('sha256');
  for (const [image, width, height] of [
    [noise(512, 448, 1), 224, 196],
    [noise(301, 77, 3), 224, 57],
    [noise(30, 50, 1), 61, 101],
    [noise(1999, 5, 1), 223, 1],
  ] as const)
    hash.update(resize(image, width, height).data);
  assert.equal(hash.digest('hex'), 'ddf6106cd9abb48628035b8d4a2fdb83886c873a2a053f4f836ee6edee8da544');
});
