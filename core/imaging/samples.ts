import { InterleaveError } from '../errors.ts';
import type { ImagePixel } from './image-pixel.ts';

/** How the bytes of native pixel data lie (PS3.5 8.1.1 and 8.2). */
export interface SampleLayout
  extends Pick<ImagePixel, 'bitsAllocated' | 'bitsStored' | 'highBit' | 'signed'> {
  littleEndian: boolean;
  /** the first bit of the frame within the first byte, for 1 bit allocated */
  firstBit: number;
}

/** Integers where they fit into 32 signed bits, which is always but for 32 bits stored. */
export type Samples = Int32Array | Float64Array;

/**
 * The stored values of `count` samples, in the order of the bytes: the bits below and above those stored cut off, the
 * sign extended. Values of 32 unsigned bits keep their magnitude.
 * @throws InterleaveError IMAGE_UNDECODABLE when there are too few bytes
 */
export function readSamples(bytes: Buffer, count: number, layout: SampleLayout): Samples {
  const { bitsAllocated, bitsStored, highBit, signed, firstBit } = layout;
  if (bytes.length < Math.ceil((firstBit + count * bitsAllocated) / 8))
    throw new InterleaveError('IMAGE_UNDECODABLE', 'The object holds fewer pixels than its header says.');
  if (bitsAllocated === 32) return read32(bytes, count, layout);
  const cells = readCells(bytes, count, layout);
  const values = new Int32Array(count);
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  if (signed) for (let i = 0; i < count; i++) values[i] = ((cells[i] as number) << left) >> right;
  else for (let i = 0; i < count; i++) values[i] = ((cells[i] as number) << left) >>> right;
  return values;
}

/** Each pixel cell whole (PS3.5 8.1.1), as an unsigned number of 1, 8 or 16 bits. */
function readCells(bytes: Buffer, count: number, layout: SampleLayout): Uint8Array | Uint16Array {
  const { bitsAllocated, littleEndian, firstBit } = layout;
  if (bitsAllocated === 8) return bytes;
  if (bitsAllocated === 16) {
    // A copy of its own: the bytes need not begin at an even place, and this machine is little endian.
    const copy = new Uint16Array(count);
    const view = Buffer.from(copy.buffer);
    bytes.copy(view, 0, 0, count * 2);
    if (!littleEndian) view.swap16();
    return copy;
  }
  const bitAt = (bit: number) => ((bytes[bit >>> 3] as number) >>> (bit & 7)) & 1;
  return Uint8Array.from({ length: count }, (_, i) => bitAt(firstBit + i));
}

function read32(
  bytes: Buffer,
  count: number,
  { bitsStored, highBit, signed, littleEndian }: SampleLayout,
): Float64Array {
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  return Float64Array.from({ length: count }, (_, i) => {
    const raw = littleEndian ? bytes.readUInt32LE(i * 4) : bytes.readUInt32BE(i * 4);
    return signed ? (raw << left) >> right : (raw << left) >>> right;
  });
}
