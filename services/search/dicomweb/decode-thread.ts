/** The thread that decodes and renders frames: a decoder that hangs or crashes on one ends only this thread. */
import sharp from 'sharp';
import { DataSetReader } from '../../../core/dicom/data-set-reader.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { littleEndianBytes } from '../../../core/imaging/frame-bytes.ts';
import { IMAGE_PIXEL_WANTED, readGreyScale, readImagePixel } from '../../../core/imaging/image-pixel.ts';
import { MAX_FRAME_PIXELS } from '../../../core/imaging/limits.ts';
import { displayFrame, nativeFrame } from '../../../core/imaging/native-frame.ts';
import type { Window } from '../../../core/imaging/window.ts';
import { answerQuestions } from '../../../platform/concurrency/worker-thread.ts';

/** One frame, and what is wanted of it. */
export interface DecodeQuestion {
  transferSyntaxUid: string;
  /** the data set before Pixel Data */
  head: Uint8Array;
  frame: number;
  stored: { bytes: Uint8Array; firstBit: number; encapsulated: boolean };
  /** null: native pixels in little endian */
  rendering: Rendering | null;
}

/** How a frame is shown (PS3.18 8.3.5). */
export interface Rendering {
  mediaType: 'image/jpeg' | 'image/png';
  /** in place of the object's own */
  window: Window | null;
  /** the image is made to fit in, and never made larger; null for its own size */
  viewport: { width: number; height: number } | null;
  /** of JPEG, 1 to 100 */
  quality: number;
}

await answerQuestions(() => answer);

async function answer(question: DecodeQuestion): Promise<Uint8Array> {
  const { transferSyntaxUid, frame, rendering } = question;
  const reader = new DataSetReader(transferSyntaxUid, IMAGE_PIXEL_WANTED);
  reader.push(bufferOf(question.head));
  const pixel = readImagePixel(reader.dataSet);
  if (pixel.rows * pixel.columns > MAX_FRAME_PIXELS) throw new InterleaveError('IMAGE_TOO_LARGE');
  const littleEndian = transferSyntaxUid !== TRANSFER_SYNTAX.EXPLICIT_BIG;
  const stored = { ...question.stored, bytes: bufferOf(question.stored.bytes) };
  const native = await nativeFrame(stored, transferSyntaxUid, littleEndian, pixel);
  if (rendering === null) return littleEndianBytes(native);
  const grey = readGreyScale(reader.dataSet, frame, pixel);
  const { window } = rendering;
  const shown = displayFrame(native, window === null ? grey : { ...grey, window, voiTable: null });
  return encode(shown, rendering);
}

async function encode(
  { width, height, channels, data }: ReturnType<typeof displayFrame>,
  { mediaType, viewport, quality }: Rendering,
): Promise<Uint8Array> {
  let image = sharp(data, { raw: { width, height, channels } });
  if (viewport !== null) image = image.resize({ ...viewport, fit: 'inside', withoutEnlargement: true });
  return mediaType === 'image/png' ? image.png().toBuffer() : image.jpeg({ quality }).toBuffer();
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
