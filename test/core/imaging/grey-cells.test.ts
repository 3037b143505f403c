import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { greyFromCells } from '../../../core/imaging/grey-cells.ts';
import type { GreyScale, ImagePixel } from '../../../core/imaging/image-pixel.ts';
import { render } from '../../../core/imaging/render.ts';
import { readSamples } from '../../../core/imaging/samples.ts';

const PIXEL: ImagePixel = {
  rows: 20,
  columns: 30,
  frames: 1,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  planar: false,
  bitsAllocated: 16,
  bitsStored: 5,
  highBit: 4,
  signed: false,
  padding: null,
  palette: null,
  representativeFrame: null,
};
const GREY: GreyScale = {
  slope: 1,
  intercept: 0,
  modalityTable: null,
  window: { centre: 10, width: 25, shape: 'LINEAR' },
  voiTable: null,
};
const COUNT = PIXEL.rows * PIXEL.columns;
const LITTLE = { littleEndian: true, firstBit: 0 };

test('the pixels are those of the long way, whatever bytes, bits, sign, padding and window', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: COUNT * 2, maxLength: COUNT * 2 }),
      fc.record({
        bitsAllocated: fc.constantFrom(8, 16),
        bitsStored: fc.integer({ min: 1, max: 5 }),
        signed: fc.boolean(),
        padding: fc.constantFrom(null, [0, 3] as const),
        photometricInterpretation: fc.constantFrom('MONOCHROME1', 'MONOCHROME2'),
      }),
      fc.record({ centre: fc.integer({ min: -20, max: 40 }), width: fc.integer({ min: 1, max: 60 }) }),
      fc.integer({ min: -9, max: 9 }),
      (random, some, window, intercept) => {
        const bytes = Buffer.from(random);
        const pixel = { ...PIXEL, ...some, highBit: some.bitsStored - 1 };
        const grey: GreyScale = { ...GREY, intercept, window: { ...window, shape: 'LINEAR' } };
        const expected = render(readSamples(bytes, COUNT, { ...pixel, ...LITTLE }), pixel, grey);
        assert.deepEqual(greyFromCells(bytes, COUNT, LITTLE, pixel, grey), expected.data);
      },
    ),
  );
});

test('what needs the values that occur, other cells and too few bytes go the long way', () => {
  const bytes = Buffer.alloc(COUNT * 2);
  const isNull = (pixel: Partial<ImagePixel>, grey: Partial<GreyScale> = {}, layout = LITTLE) =>
    assert.equal(greyFromCells(bytes, COUNT, layout, { ...PIXEL, ...pixel }, { ...GREY, ...grey }), null);
  isNull({}, { window: null });
  isNull({ highBit: 7 });
  isNull({ bitsStored: 12, highBit: 11 });
  isNull({ bitsAllocated: 32 });
  isNull({ photometricInterpretation: 'RGB' });
  isNull({}, {}, { littleEndian: false, firstBit: 0 });
  assert.equal(greyFromCells(bytes.subarray(1), COUNT, LITTLE, PIXEL, GREY), null);
});
