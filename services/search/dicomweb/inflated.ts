import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { InterleaveError } from '../../../core/errors.ts';
import { MAX_INFLATED_BYTES } from '../../../core/imaging/codec-limits.ts';

/**
 * What a deflated data set (PS3.5 A.5) holds between two places, inflated from its beginning as the reader goes: memory
 * is flat whatever it grows to, and no more is inflated than is read.
 * @throws InterleaveError IMAGE_TOO_LARGE beyond `MAX_INFLATED_BYTES`, DICOM_DATA_SET_UNREADABLE
 */
export async function* inflated(
  open: () => Promise<Readable>,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  const deflated = await open();
  const inflater = createInflateRaw();
  // Either one's error is the inflater's: the loop below meets it there.
  const piped = pipeline(deflated, inflater).catch(() => undefined);
  let at = 0;
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
      at += chunk.length;
      if (at > MAX_INFLATED_BYTES) throw new InterleaveError('IMAGE_TOO_LARGE', 'Inflated.');
      if (part.length > 0) yield part;
      if (at >= to) return;
    }
  } catch (cause) {
    if (cause instanceof InterleaveError) throw cause;
    throw new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'The object could not be inflated.', { cause });
  } finally {
    inflater.destroy();
    deflated.destroy();
    await piped;
  }
}
