import { DataSetReader } from '../../../core/dicom/data-set-reader.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { FragmentScanner, type Place } from '../../../core/dicomweb/fragment-scanner.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { IMAGE_PIXEL_WANTED, type ImagePixel, readImagePixel } from '../../../core/imaging/image-pixel.ts';
import { nativeFrameBits, type StoredFrame } from '../../../core/imaging/native-frame.ts';
import { MAX_BULK_FRAMES, MAX_FRAME_BYTES } from './limits.ts';
import { bytesOf, type StoredObject } from './stored-object.ts';

/** Where the frames of one object lie in its data set. */
export interface FramePlaces {
  pixel: ImagePixel;
  /** native pixels written as 16-bit words (OW) */
  words: boolean;
  /** bytes of the data set, and bits: native frames may begin within a byte */
  native: { start: number; length: number; frameBits: number } | null;
  /** the fragments of each frame */
  encapsulated: Place[][] | null;
}

/** @throws InterleaveError IMAGE_NO_PIXELS, IMAGE_UNDECODABLE */
export async function findFrames(object: StoredObject): Promise<FramePlaces> {
  const { pixelDataAt, transferSyntaxUid } = object;
  if (pixelDataAt === null) throw new InterleaveError('IMAGE_NO_PIXELS');
  const reader = new DataSetReader(transferSyntaxUid, IMAGE_PIXEL_WANTED);
  reader.push(object.head);
  const pixel = readImagePixel(reader.dataSet);
  const explicit = transferSyntaxUid !== TRANSFER_SYNTAX.IMPLICIT_LITTLE;
  const start = pixelDataAt + (explicit ? 12 : 8);
  const header = await bytesOf(await object.open(pixelDataAt, start), start - pixelDataAt);
  if (header.length < start - pixelDataAt) throw new InterleaveError('IMAGE_NO_PIXELS');
  const words = !explicit || header.toString('latin1', 4, 6) === 'OW';
  const [at, bigEndian] = [header.length - 4, transferSyntaxUid === TRANSFER_SYNTAX.EXPLICIT_BIG];
  const said = bigEndian ? header.readUInt32BE(at) : header.readUInt32LE(at);
  if (said !== UNDEFINED_LENGTH) {
    const length = Math.min(said, object.length - start);
    return { pixel, words, native: { start, length, frameBits: nativeFrameBits(pixel) }, encapsulated: null };
  }
  const scanner = new FragmentScanner(start);
  for await (const chunk of await object.open(start)) {
    scanner.push(chunk);
    if (scanner.done) break;
  }
  return { pixel, words, native: null, encapsulated: scanner.frames(pixel.frames) };
}

/**
 * How many frames the object has, all of which its pixels are long enough for: its own word alone is worth nothing.
 * @throws InterleaveError IMAGE_UNDECODABLE, IMAGE_TOO_LARGE beyond `MAX_BULK_FRAMES`
 */
export function requireAllFrames({ pixel, native }: FramePlaces): number {
  if (native !== null && pixel.frames * native.frameBits > native.length * 8)
    throw new InterleaveError('IMAGE_UNDECODABLE', 'The object holds fewer pixels than its header says.');
  if (pixel.frames > MAX_BULK_FRAMES) throw new InterleaveError('IMAGE_TOO_LARGE', 'Too many frames.');
  return pixel.frames;
}

/**
 * One frame as it is stored, counted from 1.
 * @throws InterleaveError INSTANCE_NOT_FOUND where there is none of this number, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE
 */
export async function readStoredFrame(
  object: StoredObject,
  places: FramePlaces,
  frame: number,
): Promise<StoredFrame> {
  if (frame < 1 || frame > places.pixel.frames) throw new InterleaveError('INSTANCE_NOT_FOUND');
  return places.native === null
    ? readFragments(object, places.encapsulated?.[frame - 1] ?? [])
    : readNative(object, places, places.native, frame);
}

async function readFragments(object: StoredObject, fragments: readonly Place[]): Promise<StoredFrame> {
  const length = fragments.reduce((sum, one) => sum + one.length, 0);
  if (length > MAX_FRAME_BYTES) throw new InterleaveError('IMAGE_TOO_LARGE');
  const parts: Buffer[] = [];
  for (const { at, length: size } of fragments)
    if (size > 0 && at < object.length)
      parts.push(await bytesOf(await object.open(at, Math.min(at + size, object.length)), size));
  const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  return { bytes, firstBit: 0, encapsulated: true };
}

async function readNative(
  object: StoredObject,
  { pixel, words }: FramePlaces,
  { start, frameBits }: { start: number; frameBits: number },
  frame: number,
): Promise<StoredFrame> {
  const firstBit = (frame - 1) * frameBits;
  let from = Math.floor(firstBit / 8);
  let to = Math.ceil((firstBit + frameBits) / 8);
  if (to - from > MAX_FRAME_BYTES) throw new InterleaveError('IMAGE_TOO_LARGE');
  // Samples of a byte or less in big endian words lie swapped in pairs (PS3.5 8.1.1 with 7.3).
  const pairs =
    object.transferSyntaxUid === TRANSFER_SYNTAX.EXPLICIT_BIG && words && pixel.bitsAllocated <= 8;
  const [skipped, added] = pairs ? [from % 2, to % 2] : [0, 0];
  from -= skipped;
  to += added;
  const end = Math.min(start + to, object.length);
  if (start + from >= end)
    throw new InterleaveError('IMAGE_UNDECODABLE', 'The object holds fewer pixels than its header says.');
  let bytes = await bytesOf(await object.open(start + from, end), to - from);
  if (pairs) bytes = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).swap16();
  bytes = bytes.subarray(skipped, skipped + Math.ceil(((firstBit % 8) + frameBits) / 8));
  if (bytes.length * 8 < (firstBit % 8) + frameBits)
    throw new InterleaveError('IMAGE_UNDECODABLE', 'The object holds fewer pixels than its header says.');
  return { bytes, firstBit: firstBit % 8, encapsulated: false };
}

const UNDEFINED_LENGTH = 0xffffffff;
