import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeOf } from '../../../core/errors.ts';
import { readSamples, type SampleLayout } from '../../../core/imaging/samples.ts';

const LAYOUT: SampleLayout = {
  bitsAllocated: 16,
  bitsStored: 16,
  highBit: 15,
  signed: false,
  littleEndian: true,
  firstBit: 0,
};

const read = (bytes: number[], count: number, layout: Partial<SampleLayout>) => [
  ...readSamples(Buffer.from(bytes), count, { ...LAYOUT, ...layout }),
];

test('byte order and sign', () => {
  assert.deepEqual(read([0x34, 0x12], 1, {}), [0x1234]);
  assert.deepEqual(read([0x34, 0x12], 1, { littleEndian: false }), [0x3412]);
  assert.deepEqual(read([0xff, 0xff], 1, { signed: true }), [-1]);
  assert.deepEqual(read([0, 200], 2, { bitsAllocated: 8, bitsStored: 8, highBit: 7 }), [0, 200]);
  assert.deepEqual(read([0x80], 1, { bitsAllocated: 8, bitsStored: 8, highBit: 7, signed: true }), [-128]);
});

test('bits outside those stored (old overlays) are cut off, the sign is that of the stored ones', () => {
  assert.deepEqual(read([0xff, 0xf7], 1, { bitsStored: 12, highBit: 11 }), [0x7ff]);
  assert.deepEqual(read([0xff, 0x0f], 1, { bitsStored: 12, highBit: 11, signed: true }), [-1]);
  assert.deepEqual(read([0xff, 0x0f], 1, { bitsStored: 12, highBit: 15 }), [0xff]);
});

test('one bit a pixel, the lowest first, beginning within a byte (PS3.5 8.1.1)', () => {
  const bit = { bitsAllocated: 1, bitsStored: 1, highBit: 0 };
  assert.deepEqual(read([0b0000_0101, 0b1], 9, bit), [1, 0, 1, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(read([0b1010_0000, 0b1], 4, { ...bit, firstBit: 5 }), [1, 0, 1, 1]);
});

test('32 bits keep their magnitude', () => {
  const wide = { bitsAllocated: 32, bitsStored: 32, highBit: 31 };
  assert.deepEqual(read([0xff, 0xff, 0xff, 0xff], 1, wide), [4_294_967_295]);
  assert.deepEqual(read([0xff, 0xff, 0xff, 0xff], 1, { ...wide, signed: true }), [-1]);
  assert.deepEqual(read([0, 0, 0, 7], 1, { ...wide, littleEndian: false }), [7]);
});

test('too few bytes are no image', () => {
  assert.throws(
    () => read([1, 2, 3], 2, {}),
    (error) => codeOf(error) === 'IMAGE_UNDECODABLE',
  );
});

test('what is written with any layout is read again', () => {
  const layouts = fc.integer({ min: 1, max: 16 }).chain((bitsStored) =>
    fc.record({
      bitsStored: fc.constant(bitsStored),
      highBit: fc.integer({ min: bitsStored - 1, max: 15 }),
      signed: fc.boolean(),
      littleEndian: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(layouts, fc.array(fc.nat()), (layout, numbers) => {
      const { bitsStored, highBit, signed, littleEndian } = layout;
      const values = numbers.map((n) => (n % 2 ** bitsStored) - (signed ? 2 ** (bitsStored - 1) : 0));
      const bytes = Buffer.alloc(values.length * 2);
      for (const [i, value] of values.entries()) {
        const stored = (value & (2 ** bitsStored - 1)) << (highBit + 1 - bitsStored);
        if (littleEndian) bytes.writeUInt16LE(stored, i * 2);
        else bytes.writeUInt16BE(stored, i * 2);
      }
      assert.deepEqual([...readSamples(bytes, values.length, { ...LAYOUT, ...layout })], values);
    }),
  );
});
