import { InterleaveError } from '../errors.ts';
import { expand422 } from './chroma.ts';
import { decompress } from './codec.ts';
import type { DisplayImage } from './display-image.ts';
import { greyFromCells } from './grey-cells.ts';
import type { GreyScale, ImagePixel } from './image-pixel.ts';
import { render } from './render.ts';
import { readSamples } from './samples.ts';

/** One frame as it stands in its object. */
export interface StoredFrame {
  /** its code stream; or its native pixels, from the byte in which they begin */
  bytes: Buffer;
  /** the first bit of native pixels within the first byte; 0 unless one bit is allocated (PS3.5 8.1.1) */
  firstBit: number;
  /** whether the pixels are in fragments (PS3.5 A.4) */
  encapsulated: boolean;
}

/** One frame without compression, and the description that now holds of it. */
export interface NativeFrame {
  bytes: Buffer;
  firstBit: number;
  littleEndian: boolean;
  pixel: ImagePixel;
}

/** Encapsulated Uncompressed Explicit VR Little Endian */
const ENCAPSULATED_UNCOMPRESSED = '1.2.840.10008.1.2.1.98';

/**
 * Decompresses what is compressed; native pixels stay as they are.
 * @throws InterleaveError IMAGE_UNDECODABLE, IMAGE_TRANSFER_SYNTAX_UNSUPPORTED
 */
export async function nativeFrame(
  { bytes, firstBit, encapsulated }: StoredFrame,
  transferSyntaxUid: string,
  littleEndian: boolean,
  pixel: ImagePixel,
): Promise<NativeFrame> {
  if (!encapsulated) return { bytes, firstBit, littleEndian, pixel };
  if (transferSyntaxUid === ENCAPSULATED_UNCOMPRESSED)
    return { bytes, firstBit: 0, littleEndian: true, pixel };
  return { ...(await decompress(bytes, transferSyntaxUid, pixel)), firstBit: 0, littleEndian: true };
}

/**
 * The frame as a screen shows it.
 * @throws InterleaveError IMAGE_UNDECODABLE
 */
export function displayFrame(frame: NativeFrame, grey: GreyScale): DisplayImage {
  const { bytes, firstBit, littleEndian, pixel } = withoutSubsampling(frame);
  const count = pixel.rows * pixel.columns * pixel.samplesPerPixel;
  const data = greyFromCells(bytes, count, { littleEndian, firstBit }, pixel, grey);
  if (data !== null) return { width: pixel.columns, height: pixel.rows, channels: 1, data };
  return render(readSamples(bytes, count, { ...pixel, littleEndian, firstBit }), pixel, grey);
}

/** Bits of one native frame; frames lie one after the other with no gap. */
export function nativeFrameBits(pixel: ImagePixel): number {
  const { rows, columns, samplesPerPixel, bitsAllocated } = pixel;
  if (pixel.photometricInterpretation === 'YBR_FULL_422') return rows * columns * 16;
  return rows * columns * samplesPerPixel * bitsAllocated;
}

/** The bytes of all frames in, one frame out. */
export function sliceFrame(value: Buffer, frame: number, pixel: ImagePixel): StoredFrame {
  const bits = nativeFrameBits(pixel);
  const from = (frame - 1) * bits;
  return {
    bytes: value.subarray(Math.floor(from / 8), Math.ceil((from + bits) / 8)),
    firstBit: from % 8,
    encapsulated: false,
  };
}

function withoutSubsampling(frame: NativeFrame): NativeFrame {
  const { bytes, pixel } = frame;
  if (pixel.photometricInterpretation !== 'YBR_FULL_422' || pixel.bitsAllocated !== 8) return frame;
  const pixels = pixel.rows * pixel.columns;
  if (bytes.length < pixels * 2)
    throw new InterleaveError('IMAGE_UNDECODABLE', 'The object holds fewer pixels than its header says.');
  const full = Buffer.from(expand422(bytes, pixels).buffer);
  return { ...frame, bytes: full, pixel: { ...pixel, photometricInterpretation: 'YBR_FULL', planar: false } };
}
