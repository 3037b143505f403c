import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataSet } from '../../../core/dicom/data-set.ts';
import { codeOf } from '../../../core/errors.ts';
import { expand422 } from '../../../core/imaging/chroma.ts';
import type { GreyScale, ImagePixel } from '../../../core/imaging/image-pixel.ts';
import { look, lookByte, readLookupTable } from '../../../core/imaging/lookup-table.ts';
import { render } from '../../../core/imaging/render.ts';

const PIXEL: ImagePixel = {
  rows: 1,
  columns: 4,
  frames: 1,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  planar: false,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  signed: false,
  padding: null,
  palette: null,
  representativeFrame: null,
};
const GREY: GreyScale = { slope: 1, intercept: 0, modalityTable: null, window: null, voiTable: null };
const show = (samples: number[], pixel: Partial<ImagePixel> = {}, grey: Partial<GreyScale> = {}) => [
  ...render(Int32Array.from(samples), { ...PIXEL, ...pixel }, { ...GREY, ...grey }).data,
];

test('the window applies after rescaling', () => {
  const window = { centre: 0, width: 510, shape: 'LINEAR_EXACT' } as const;
  assert.deepEqual(show([0, 127, 254, 400], {}, { slope: 2, intercept: -255, window }), [0, 127, 254, 255]);
});

test('MONOCHROME1 is shown inverted, padding black in both', () => {
  const window = { centre: 127.5, width: 255, shape: 'LINEAR_EXACT' } as const;
  assert.deepEqual(
    show([0, 100, 255, 4000], { photometricInterpretation: 'MONOCHROME1' }, { window }),
    [255, 155, 0, 0],
  );
  const padding = [0, 99] as const;
  assert.deepEqual(
    show([0, 99, 100, 255], { photometricInterpretation: 'MONOCHROME1', padding }, { window }),
    [0, 0, 155, 0],
  );
});

test('without a window: up to 8 bits as they are, more by what occurs, without the padding', () => {
  assert.deepEqual(show([0, 1, 128, 255], { bitsStored: 8 }), [0, 1, 128, 255]);
  assert.deepEqual(show([0, 1, 1, 0], { bitsStored: 1 }), [0, 255, 255, 0]);
  assert.deepEqual(show([1000, 1100, 1200, 1200]), [0, 128, 255, 255]);
  assert.deepEqual(show([0, 1000, 1100, 1200], { padding: [0, 0] }), [0, 0, 128, 255]);
});

test('values that reach further than a table are shown all the same', () => {
  assert.deepEqual(
    show([0, 1e6, 2e6, 2e6], { bitsAllocated: 32, bitsStored: 32, highBit: 31 }),
    [0, 128, 255, 255],
  );
});

test('a VOI table is used where there is no window, after a modality table', () => {
  const voiTable = { first: 10, entries: Uint16Array.of(0, 4095, 2048), bits: 12 };
  assert.deepEqual(show([0, 10, 11, 99], {}, { voiTable }), [0, 0, 255, 128]);
  const modalityTable = { first: 0, entries: Uint16Array.of(12, 11), bits: 8 };
  assert.deepEqual(show([0, 1, 1, 1], {}, { voiTable, modalityTable }), [128, 255, 255, 255]);
});

test('colours: RGB by pixel and by plane, more than 8 bits, YBR_FULL, palette', () => {
  const colour = { samplesPerPixel: 3, columns: 2, bitsStored: 8, photometricInterpretation: 'RGB' } as const;
  assert.deepEqual(show([1, 2, 3, 4, 5, 6], colour), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(show([1, 4, 2, 5, 3, 6], { ...colour, planar: true }), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(show([65_535, 0, 257, 0, 0, 0], { ...colour, bitsStored: 16 }), [255, 0, 1, 0, 0, 0]);
  // Pure red of BT.601 in full range.
  assert.deepEqual(
    show([76, 85, 255], { ...colour, columns: 1, photometricInterpretation: 'YBR_FULL' }),
    [254, 0, 0],
  );
  const table = (...entries: number[]) => ({ first: 0, entries: Uint16Array.from(entries), bits: 16 });
  const palette = [table(0, 65_535), table(0, 0), table(65_535, 0)] as const;
  assert.deepEqual(
    show([1, 0], { columns: 2, photometricInterpretation: 'PALETTE COLOR', palette }),
    [255, 0, 0, 0, 0, 255],
  );
});

test('what cannot be shown has a code', () => {
  for (const photometricInterpretation of ['PALETTE COLOR', 'CMYK'])
    assert.throws(
      () => show([0, 0, 0, 0], { photometricInterpretation }),
      (error) => codeOf(error) === 'IMAGE_UNDECODABLE',
    );
});

test('YBR_FULL_422: both pixels of a pair share their chrominance', () => {
  assert.deepEqual(
    [...expand422(Uint8Array.of(10, 20, 1, 2, 30, 40, 3, 4), 4)],
    [10, 1, 2, 20, 1, 2, 30, 3, 4, 40, 3, 4],
  );
});

test('lookup tables: 16 bits, 8 bits one or two to a word, values outside', () => {
  const read = (descriptor: string, data: string) => {
    const dataSet = new DataSet(true);
    dataSet.values.set(1, Buffer.from(descriptor, 'hex'));
    dataSet.values.set(2, Buffer.from(data, 'hex'));
    return readLookupTable(dataSet, 1, 2, true);
  };
  const wide = read('0300feff1000', '010002000003');
  assert.deepEqual(wide, { first: -2, entries: Uint16Array.of(1, 2, 768), bits: 16 });
  assert.deepEqual(wide && [-9, -2, -1, 0, 9].map((value) => look(wide, value)), [1, 1, 2, 768, 768]);
  assert.deepEqual(read('030000000800', '01020300')?.entries, Uint16Array.of(1, 2, 3));
  assert.deepEqual(read('030000000800', '010002000300')?.entries, Uint16Array.of(1, 2, 3));
  assert.equal(read('030000001000', '0100'), null);
  assert.equal(lookByte({ first: 0, entries: Uint16Array.of(4095), bits: 12 }, 0), 255);
});
