import { dataSetBytes } from '../dicom/data-set-bytes.ts';
import { DataSetReader } from '../dicom/data-set-reader.ts';
import { encodingOf } from '../dicom/element-encoding.ts';
import { readPart10 } from '../dicom/part10.ts';
import { InterleaveError } from '../errors.ts';
import { chooseFrames } from './choose-frames.ts';
import { MAX_INFLATED_BYTES } from './codec-limits.ts';
import type { DisplayImage } from './display-image.ts';
import { IMAGE_PIXEL_WANTED, type ImagePixel, readGreyScale, readImagePixel } from './image-pixel.ts';
import { MAX_FRAME_PIXELS } from './limits.ts';
import { displayFrame, nativeFrame, type StoredFrame, sliceFrame } from './native-frame.ts';
import { type PixelData, readPixelData } from './pixel-data.ts';

/** One frame as a screen shows it; frames count from 1. */
export interface DecodedFrame {
  frame: number;
  image: DisplayImage;
}

/**
 * Reads frames of a stored DICOM object (PS3.10), one after the other: these, or those that are worth reading
 * (`chooseFrames`). The others are not decoded.
 * @throws InterleaveError DICOM_DATA_SET_UNREADABLE, IMAGE_NO_PIXELS, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE,
 * IMAGE_TRANSFER_SYNTAX_UNSUPPORTED
 */
export async function* decode(
  object: Buffer,
  frames: readonly number[] | null = null,
): AsyncGenerator<DecodedFrame> {
  const meta = readPart10(object);
  if (meta === null)
    throw new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'The object has no file meta information.');
  const { transferSyntaxUid } = meta;
  const bytes = dataSetBytes(object.subarray(meta.dataSetOffset), transferSyntaxUid, MAX_INFLATED_BYTES);
  const reader = new DataSetReader(transferSyntaxUid, IMAGE_PIXEL_WANTED);
  reader.push(bytes);
  reader.end();
  if (reader.pixelDataAt === null) throw new InterleaveError('IMAGE_NO_PIXELS');

  const pixel = readImagePixel(reader.dataSet);
  if (pixel.rows * pixel.columns > MAX_FRAME_PIXELS) throw new InterleaveError('IMAGE_TOO_LARGE');
  const encoding = encodingOf(transferSyntaxUid);
  const { littleEndian } = encoding;
  const data = inByteOrder(
    readPixelData(bytes, reader.pixelDataAt, encoding, pixel.frames),
    littleEndian,
    pixel,
  );

  for (const frame of frames ?? chooseFrames(pixel.frames, pixel.representativeFrame)) {
    const stored = storedFrame(data, frame, pixel);
    const native = await nativeFrame(stored, transferSyntaxUid, littleEndian, pixel);
    yield { frame, image: displayFrame(native, readGreyScale(reader.dataSet, frame, pixel)) };
  }
}

/** Samples of a byte or less in big endian words lie swapped in pairs (PS3.5 8.1.1 with 7.3). */
function inByteOrder(data: PixelData, littleEndian: boolean, { bitsAllocated }: ImagePixel): PixelData {
  if (data.encapsulated || littleEndian || !data.words || bitsAllocated > 8) return data;
  const whole = data.value.subarray(0, data.value.length - (data.value.length % 2));
  return { ...data, value: Buffer.from(whole).swap16() };
}

function storedFrame(data: PixelData, frame: number, pixel: ImagePixel): StoredFrame {
  if (!data.encapsulated) return sliceFrame(data.value, frame, pixel);
  const bytes = data.frames[frame - 1];
  if (bytes === undefined)
    throw new InterleaveError('IMAGE_UNDECODABLE', 'It has fewer frames than it says.');
  return { bytes, firstBit: 0, encapsulated: true };
}
