import { part10Header } from '../../../core/dicom/part10.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { buildDataSet, type Item } from '../dicom/data-set-builder.ts';

/** A digital radiograph of `size` × `size` pixels with 12 bits and a bright disc of the given radius (0…1). */
export function buildRadiograph(size: number, radius: number): Buffer {
  return buildImage(size, size, radiographPixels(size, radius));
}

/** Its pixels. */
export function radiographPixels(size: number, radius: number): Buffer {
  const pixels = Buffer.alloc(size * size * 2);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const distance = Math.hypot(x / size - 0.5, y / size - 0.5) * 2;
      pixels.writeUInt16LE(distance < radius ? 3000 : 500 + Math.round(500 * (x / size)), (y * size + x) * 2);
    }
  return pixels;
}

/** Native pixel data in Explicit VR Little Endian, MONOCHROME2, 12 bits of 16, window 0…4095; `more` replaces elements. */
export function buildImage(rows: number, columns: number, pixels: Buffer, more: Item = []): Buffer {
  const elements = new Map<number, Item[number]>();
  const standard: Item = [
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', rows],
    [0x00280011, 'US', columns],
    [0x00280100, 'US', 16],
    [0x00280101, 'US', 12],
    [0x00280102, 'US', 11],
    [0x00280103, 'US', 0],
    [0x00281050, 'DS', '2048'],
    [0x00281051, 'DS', '4096'],
    [0x7fe00010, 'OW', pixels],
  ];
  for (const element of [...standard, ...more]) elements.set(element[0], element);
  const sorted = [...elements.values()].sort(([a], [b]) => a - b);
  return Buffer.concat([header(TRANSFER_SYNTAX.EXPLICIT_LITTLE), buildDataSet(sorted)]);
}

/** One frame in one fragment, with an empty offset table (PS3.5 A.4); described as `buildImage` does. */
export function encapsulate(
  transferSyntaxUid: string,
  rows: number,
  columns: number,
  frame: Buffer,
  more: Item = [],
): Buffer {
  const native = buildImage(rows, columns, Buffer.alloc(0), more);
  const elements = native.subarray(header(TRANSFER_SYNTAX.EXPLICIT_LITTLE).length, -PIXEL_DATA_HEADER);
  const item = Buffer.from('feff00e000000000', 'hex');
  item.writeUInt32LE(frame.length, 4);
  return Buffer.concat([
    header(transferSyntaxUid),
    elements,
    Buffer.from('e07f10004f420000ffffffff', 'hex'),
    Buffer.from('feff00e000000000', 'hex'),
    item,
    frame,
    Buffer.from('feffdde000000000', 'hex'),
  ]);
}

const PIXEL_DATA_HEADER = 12;

export function header(transferSyntaxUid: string): Buffer {
  return part10Header({
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1',
    sopInstanceUid: '2.25.1',
    transferSyntaxUid,
  });
}
