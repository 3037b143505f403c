import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { littleEndianBytes } from '../../../core/imaging/frame-bytes.ts';
import type { ImagePixel } from '../../../core/imaging/image-pixel.ts';
import { sliceFrame } from '../../../core/imaging/native-frame.ts';

const pixel = (rows: number, columns: number, bitsAllocated: number): ImagePixel => ({
  rows,
  columns,
  frames: 1,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  planar: false,
  bitsAllocated,
  bitsStored: bitsAllocated,
  highBit: bitsAllocated - 1,
  signed: false,
  padding: null,
  palette: null,
  representativeFrame: null,
});

test('frames of one bit each begin at the first bit of their first byte, whatever came before them', () => {
  const bits = fc.array(fc.boolean(), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(bits, fc.integer({ min: 1, max: 30 }), (all, size) => {
      const frames = Math.floor(all.length / size);
      const value = Buffer.alloc(Math.ceil(all.length / 8));
      all.forEach((bit, i) => {
        if (bit) value[i >> 3] = (value[i >> 3] ?? 0) | (1 << (i & 7));
      });
      for (let frame = 1; frame <= frames; frame++) {
        const stored = sliceFrame(value, frame, pixel(1, size, 1));
        const bytes = littleEndianBytes({ ...stored, littleEndian: true, pixel: pixel(1, size, 1) });
        const read = Array.from({ length: size }, (_, i) => (((bytes[i >> 3] ?? 0) >> (i & 7)) & 1) === 1);
        assert.deepEqual(read, all.slice((frame - 1) * size, frame * size));
        if (stored.firstBit > 0) assert.equal(bytes.length, Math.ceil(size / 8));
      }
    }),
  );
});

test('samples in big endian become little endian', () => {
  const big = Buffer.from('0102030405060708', 'hex');
  const native = (bits: number) => ({
    bytes: big,
    firstBit: 0,
    littleEndian: false,
    pixel: pixel(1, 64 / bits, bits),
  });
  assert.equal(littleEndianBytes(native(16)).toString('hex'), '0201040306050807');
  assert.equal(littleEndianBytes(native(32)).toString('hex'), '0403020108070605');
  assert.equal(littleEndianBytes(native(8)), big);
});
