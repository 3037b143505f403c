import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { fromFloat16, toFloat16 } from '../../../core/vector/float16.ts';

test('known halves have the bits of IEEE 754', () => {
  const cases: [number, number][] = [
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2.98e-8, 0x0000],
    [0.333251953125, 0x3555],
    [Infinity, 0x7c00],
  ];
  for (const [value, bits] of cases) assert.equal(toFloat16([value]).readUInt16LE(0), bits, String(value));
});

test('every half survives the way there and back', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const bytes = Buffer.from([bits & 0xff, bits >> 8]);
    const [value = Number.NaN] = fromFloat16(bytes);
    if (Number.isNaN(value)) continue;
    assert.equal(toFloat16([value]).readUInt16LE(0), bits, bits.toString(16));
  }
});

test('a component of a unit vector moves by at most 2^-11 of itself', () => {
  fc.assert(
    fc.property(fc.float({ min: -1, max: 1, noNaN: true }), (value) => {
      const [back = Number.NaN] = fromFloat16(toFloat16([value]));
      assert.ok(Math.abs(back - value) <= Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
    }),
  );
});

test('an odd number of bytes is refused', () => {
  assert.throws(() => fromFloat16(Buffer.alloc(3)), RangeError);
});
