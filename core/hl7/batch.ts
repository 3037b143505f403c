import { InterleaveError } from '../errors.ts';
import { MAX_BATCH_MESSAGES } from './limits.ts';

/**
 * The messages in a batch (FHS/BHS, HL7 v2.5.1 2.10.3) or in a file of several messages: cut at each line that begins
 * with MSH, so that no message takes over segments of another patient. Batch headers and trailers are left out; bytes
 * without any MSH come back as they are. Throws `HL7_UNREADABLE` above `MAX_BATCH_MESSAGES`.
 */
export function splitBatch(bytes: Buffer): Buffer[] {
  const starts = linesWith(bytes, ['MSH'], isSeparator);
  const first = starts[0];
  if (first === undefined) return [bytes];
  const envelope = linesWith(bytes, ['BTS', 'FTS', 'BHS', 'FHS'], endsName);
  if (starts.length === 1 && envelope.length === 0) return [bytes];
  if (starts.length > MAX_BATCH_MESSAGES)
    throw new InterleaveError('HL7_UNREADABLE', `More than ${MAX_BATCH_MESSAGES} messages in a batch.`);
  const ends = [...starts, ...envelope, bytes.length].sort((a, b) => a - b);
  let end = 0;
  return starts.map((start) => {
    while ((ends[end] ?? bytes.length) <= start) end += 1;
    return bytes.subarray(start, ends[end]);
  });
}

/** Where lines begin with one of these segment names. Nothing is copied: a message may be large. */
function linesWith(
  bytes: Buffer,
  names: readonly string[],
  mayFollow: (byte: number | undefined) => boolean,
): number[] {
  const found: number[] = [];
  for (const name of names)
    for (let at = bytes.indexOf(name, 0, 'latin1'); at !== -1; at = bytes.indexOf(name, at + 3, 'latin1'))
      if (beginsLine(bytes, at) && mayFollow(bytes[at + 3])) found.push(at);
  return found;
}

function beginsLine(bytes: Buffer, at: number): boolean {
  const before = bytes[at - 1];
  return before === undefined || before === 0x0d || before === 0x0a || (at === 3 && bytes.indexOf(BOM) === 0);
}

/** Neither a letter nor a digit nor white space nor the end. */
function isSeparator(byte: number | undefined): boolean {
  return byte !== undefined && !/[\sA-Za-z0-9]/.test(String.fromCharCode(byte));
}

function endsName(byte: number | undefined): boolean {
  return byte === undefined || !/[A-Za-z0-9]/.test(String.fromCharCode(byte));
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
