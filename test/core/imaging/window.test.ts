import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyWindow, CLIPPED_SHARE, type Window, windowOfValues } from '../../../core/imaging/window.ts';

const SHAPES = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const;

test('LINEAR, with the examples of PS3.3 C.11.2.1.2.1', () => {
  // "Window Center 2048 and Window Width 4096": 0 → 0 and 4095 → 255.
  const full: Window = { centre: 2048, width: 4096, shape: 'LINEAR' };
  assert.deepEqual(
    [-1, 0, 4095, 4096].map((x) => applyWindow(full, x)),
    [0, 0, 255, 255],
  );
  assert.equal(applyWindow(full, 2047.5), 128);
  // "Window Center 2048 and Window Width 1": a threshold.
  const threshold: Window = { centre: 2048, width: 1, shape: 'LINEAR' };
  assert.deepEqual(
    [2047, 2047.5, 2048].map((x) => applyWindow(threshold, x)),
    [0, 0, 255],
  );
  // "Window Center 0 and Window Width 100": -50 → 0, 49 → 255.
  const small: Window = { centre: 0, width: 100, shape: 'LINEAR' };
  assert.deepEqual(
    [-51, -50, 49, 50].map((x) => applyWindow(small, x)),
    [0, 0, 255, 255],
  );
});

test('LINEAR_EXACT reaches from centre - width / 2 to centre + width / 2 (C.11.2.1.3.2)', () => {
  const window: Window = { centre: 127.5, width: 255, shape: 'LINEAR_EXACT' };
  assert.deepEqual(
    [-1, 0, 100, 255, 256].map((x) => applyWindow(window, x)),
    [0, 0, 100, 255, 255],
  );
});

test('SIGMOID passes its middle at the centre (C.11.2.1.3.1)', () => {
  const window: Window = { centre: 10, width: 4, shape: 'SIGMOID' };
  assert.equal(applyWindow(window, 10), 128);
  assert.equal(applyWindow(window, 12), Math.round(255 / (1 + Math.exp(-2))));
});

test('every window rises, and stays within 0…255', () => {
  const windows = fc.record({
    centre: fc.integer({ min: -5000, max: 5000 }),
    width: fc.integer({ min: 1, max: 10_000 }),
    shape: fc.constantFrom(...SHAPES),
  });
  const values = fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: 0, max: 9999 }));
  fc.assert(
    fc.property(windows, values, (window, [value, step]) => {
      const [low, high] = [applyWindow(window, value), applyWindow(window, value + step)];
      assert.ok(low >= 0 && low <= high && high <= 255);
    }),
  );
});

test('a window of our own leaves out the few darkest and brightest values', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i);
  values[500] = 1e6;
  const { centre, width } = windowOfValues(values);
  const clipped = 1000 * CLIPPED_SHARE;
  assert.deepEqual([centre - width / 2, centre + width / 2], [clipped, 1000 - clipped]);
  assert.equal(applyWindow(windowOfValues(Float64Array.of(7, 7, 7)), 7), 128);
  assert.ok(Number.isFinite(applyWindow(windowOfValues(new Float64Array()), 0)));
});
