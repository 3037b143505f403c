/** The body of a STOW-RS request (PS3.18 10.5.2): parts stored one after the other, no faster than the disk takes them. */
import { parseMediaType } from '../../../core/dicomweb/media-type.ts';
import { MultipartReader } from '../../../core/dicomweb/multipart-reader.ts';
import type { StoreResult } from '../../../core/dicomweb/store-response.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { MAX_STOW_PARTS } from './limits.ts';
import { StorePart, type StorePartOptions } from './store-part.ts';

export interface ReceiveOptions extends StorePartOptions {
  boundary: string;
  maxLength: number;
}

/**
 * What became of the parts, in their order. Those that are stored stay so, whatever follows them: where the message breaks
 * off or goes on for too long, `problem` says why, and the part that it broke off in is in no case.
 */
export async function receiveInstances(
  body: AsyncIterable<Buffer>,
  options: ReceiveOptions,
): Promise<{ results: StoreResult[]; problem: InterleaveError | null }> {
  const reader = new MultipartReader(options.boundary);
  const results: StoreResult[] = [];
  let part: StorePart | null = null;
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > options.maxLength) throw new InterleaveError('REQUEST_TOO_LARGE');
      for (const event of reader.push(chunk)) {
        if (event.kind === 'part') {
          if (results.length >= MAX_STOW_PARTS) throw new InterleaveError('REQUEST_TOO_LARGE');
          const type = parseMediaType(event.headers.get('content-type') ?? 'application/dicom')?.type ?? '';
          part = new StorePart(options, type);
        } else if (event.kind === 'data') {
          await part?.write(event.bytes);
        } else if (part !== null) {
          results.push(await part.finish());
          part = null;
        }
      }
    }
    reader.end();
    return { results, problem: null };
  } catch (error) {
    await part?.abort();
    if (!(error instanceof InterleaveError)) throw error;
    return { results, problem: error };
  }
}
