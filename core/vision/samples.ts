import { InterleaveError } from '../errors.ts';
import type { ImagePixel } from './image-pixel.ts';

/** How the bytes of native pixel data lie (PS3.5 8.1.1 and 8.2). */
export interface SampleLayout
  extends Pick<ImagePixel, 'bitsAllocated' | 'bitsStored' | 'highBit' | 'signed'> {
  littleEndian: boolean;
  /** the first bit of the frame within the first byte, for 1 bit allocated */
  firstBit: number;
}

/**
 * The stored values of `count` samples, in the order of the bytes: the bits below and above those stored cut off, the
 * sign extended. Values of 32 unsigned bits keep their magnitude.
 * @throws InterleaveError IMAGE_UNDECODABLE when there are too few bytes
 */
export function readSamples(bytes: Buffer, count: number, layout: SampleLayout): Float64Array | Int32Array {
  const { bitsAllocated, bitsStored, highBit, signed, firstBit } = layout;
  const needed = Math.ceil((firstBit + count * bitsAllocated) / 8);
  if (bytes.length < needed)
    throw new InterleaveError('IMAGE_UNDECODABLE', 'There are fewer pixels than it says.');
  if (bitsAllocated === 32) return read32(bytes, count, layout);
  const shift = highBit + 1 - bitsStored;
  const unused = 32 - bitsStored;
  const values = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const raw = rawValue(bytes, i, layout) >>> shift;
    values[i] = signed ? (raw << unused) >> unused : (raw << unused) >>> unused;
  }
  return values;
}

function rawValue(bytes: Buffer, i: number, { bitsAllocated, littleEndian, firstBit }: SampleLayout): number {
  if (bitsAllocated === 16) {
    const first = bytes[2 * i] as number;
    const second = bytes[2 * i + 1] as number;
    return littleEndian ? first | (second << 8) : second | (first << 8);
  }
  if (bitsAllocated === 8) return bytes[i] as number;
  const bit = firstBit + i;
  return ((bytes[bit >>> 3] as number) >>> (bit & 7)) & 1;
}

function read32(bytes: Buffer, count: number, { bitsStored, highBit, signed, littleEndian }: SampleLayout) {
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  return Float64Array.from({ length: count }, (_, i) => {
    const raw = littleEndian ? bytes.readUInt32LE(i * 4) : bytes.readUInt32BE(i * 4);
    return signed ? (raw << left) >> right : (raw << left) >>> right;
  });
}
