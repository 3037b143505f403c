import type { NativeFrame } from './native-frame.ts';

/**
 * A native frame as it stands in Explicit VR Little Endian, alone: samples in little endian, one-bit pixels from the first
 * bit of the first byte (PS3.5 8.1.1).
 */
export function littleEndianBytes({ bytes, firstBit, littleEndian, pixel }: NativeFrame): Buffer {
  if (firstBit > 0) return shifted(bytes, firstBit, pixel.rows * pixel.columns * pixel.samplesPerPixel);
  if (littleEndian || pixel.bitsAllocated <= 8) return bytes;
  const word = pixel.bitsAllocated / 8;
  const whole = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % word)));
  return word === 2 ? whole.swap16() : whole.swap32();
}

function shifted(bytes: Buffer, firstBit: number, bits: number): Buffer {
  const out = Buffer.alloc(Math.ceil(bits / 8));
  for (let i = 0; i < out.length; i++)
    out[i] = ((bytes[i] ?? 0) >> firstBit) | ((bytes[i + 1] ?? 0) << (8 - firstBit));
  const unused = out.length * 8 - bits;
  const last = out.at(-1);
  if (last !== undefined) out[out.length - 1] = last & (0xff >> unused);
  return out;
}
