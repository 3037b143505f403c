import { InterleaveError } from '../errors.ts';
import type { ImagePixel } from './image-pixel.ts';

/**
 * Checks the header of an RLE frame (PS3.5 G.5) before a decoder believes it: one segment for each byte of each sample, each
 * behind the one before and within the frame, and long enough for the pixels of the data set, for which a decoder makes room.
 * @throws InterleaveError IMAGE_UNDECODABLE
 */
export function checkRleSegments(frame: Buffer, pixel: ImagePixel): void {
  if (frame.length < HEADER_BYTES) throw undecodable('It has no RLE header.');
  const count = frame.readUInt32LE(0);
  if (count !== pixel.samplesPerPixel * Math.ceil(pixel.bitsAllocated / 8))
    throw undecodable('It has another number of RLE segments than its pixels need.');
  const starts = Array.from({ length: count }, (_, i) => frame.readUInt32LE(4 + i * 4));
  const bytes =
    pixel.bitsAllocated === 1 ? Math.ceil((pixel.rows * pixel.columns) / 8) : pixel.rows * pixel.columns;
  for (const [i, start] of starts.entries()) {
    const end = starts[i + 1] ?? frame.length;
    if (start < HEADER_BYTES || end < start || end > frame.length)
      throw undecodable('Its RLE segments lie outside of it.');
    if ((end - start) * MOST_BYTES_PER_BYTE < bytes)
      throw undecodable('The object holds fewer pixels than its header says.');
  }
}

/** The number of segments, and room for the places of 15. */
const HEADER_BYTES = 64;

/** A run of 128 is written as two bytes (PS3.5 G.3.1). */
const MOST_BYTES_PER_BYTE = 64;

function undecodable(detail: string): InterleaveError {
  return new InterleaveError('IMAGE_UNDECODABLE', detail);
}
