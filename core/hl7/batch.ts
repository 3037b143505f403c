import { InterleaveError } from '../errors.ts';
import { MAX_BATCH_MESSAGES } from './limits.ts';

/**
 * The messages in a batch (FHS/BHS, HL7 v2.5.1 2.10.3) or in a file of several messages: cut at each line that begins
 * with MSH, so that no message takes over segments of another patient. Batch headers and trailers are left out; bytes
 * without any MSH come back as they are. Throws `HL7_UNREADABLE` above `MAX_BATCH_MESSAGES`.
 */
export function splitBatch(bytes: Buffer): Buffer[] {
  const text = bytes.toString('latin1');
  const starts = [...text.matchAll(MESSAGE_START)].map((match) => match.index);
  const first = starts[0];
  if (first === undefined) return [bytes];
  if (starts.length === 1 && !isBatch(text, first)) return [bytes];
  if (starts.length > MAX_BATCH_MESSAGES)
    throw new InterleaveError('HL7_UNREADABLE', `More than ${MAX_BATCH_MESSAGES} messages in a batch.`);
  return starts.map((start, n) => {
    const part = text.slice(start, starts[n + 1]);
    const envelope = part.search(ENVELOPE);
    return bytes.subarray(start, start + (envelope === -1 ? part.length : envelope));
  });
}

const MESSAGE_START = /(?<=^|[\r\n]|^\u00ef\u00bb\u00bf)MSH(?=[^\sA-Za-z0-9])/g;
/** A line of the batch envelope behind a message. */
const ENVELOPE = /(?<=[\r\n])(?:BTS|FTS|BHS|FHS)(?=[^A-Za-z0-9]|$)/;

function isBatch(text: string, firstMessage: number): boolean {
  return (
    /(?:^|[\r\n\u00bf])[FB]HS/.test(text.slice(0, firstMessage)) || ENVELOPE.test(text.slice(firstMessage))
  );
}
