import { InterleaveError } from '../errors.ts';
import { MAX_BATCH_MESSAGES } from './limits.ts';

/**
 * The messages in a batch (FHS/BHS, HL7 v2.5.1 2.10.3) or in a file of several messages: cut at each line that is an MSH
 * segment, however lines end, so that no message takes over segments of another patient. Batch headers and trailers are
 * left out where they stand between messages; a report that says "BHS" on a line of its own says it. Bytes without any MSH
 * come back as they are. Throws `HL7_UNREADABLE` above `MAX_BATCH_MESSAGES`.
 */
export function splitBatch(bytes: Buffer): Buffer[] {
  const lines = linesWith(bytes, ['MSH']).filter((at) => isSeparator(bytes[at + 3]));
  const separator = bytes[(lines[0] ?? 0) + 3];
  const starts = lines.filter(
    (at) => isHeader(bytes, at) || (bytes[at + 3] === separator && !endsText(bytes, at)),
  );
  const first = starts[0];
  if (first === undefined) return [bytes];
  const envelope = envelopeLines(bytes, new Set(starts));
  if (starts.length === 1 && envelope.length === 0) return [bytes];
  if (starts.length > MAX_BATCH_MESSAGES)
    throw new InterleaveError('HL7_UNREADABLE', `The batch has more than ${MAX_BATCH_MESSAGES} messages.`);
  const ends = [...starts, ...envelope, bytes.length].sort((a, b) => a - b);
  let end = 0;
  return starts.map((start) => {
    while ((ends[end] ?? bytes.length) <= start) end += 1;
    return bytes.subarray(start, ends[end]);
  });
}

/** Lines that are a batch header or trailer: behind them comes another one, a message, or nothing. */
function envelopeLines(bytes: Buffer, starts: ReadonlySet<number>): number[] {
  const trailers = linesWith(bytes, ['BTS', 'FTS']).filter((at) => isTrailer(bytes, at));
  const headers = linesWith(bytes, ['BHS', 'FHS']).filter((at) => isHeader(bytes, at));
  const found = new Set<number>();
  for (const at of [...headers, ...trailers].sort((a, b) => b - a)) {
    const next = nextLine(bytes, at);
    if (next === bytes.length || starts.has(next) || found.has(next)) found.add(at);
  }
  return [...found];
}

/** Where lines begin with one of these segment names. Nothing is copied: a message may be large. */
function linesWith(bytes: Buffer, names: readonly string[]): number[] {
  const found: number[] = [];
  for (const name of names)
    for (let at = bytes.indexOf(name, 0, 'latin1'); at !== -1; at = bytes.indexOf(name, at + 3, 'latin1'))
      if (beginsLine(bytes, at)) found.push(at);
  return found;
}

function beginsLine(bytes: Buffer, at: number): boolean {
  const before = bytes[at - 1];
  return before === undefined || isLineEnd(before) || (at === 3 && bytes.indexOf(BOM) === 0);
}

/** A field separator, then other separators, then the first one again or the end of the line. */
function isHeader(bytes: Buffer, at: number): boolean {
  const separator = bytes[at + 3];
  if (!isSeparator(separator)) return false;
  let end = at + 4;
  while (end < at + 4 + MAX_ENCODING_BYTES && bytes[end] !== separator && isSeparator(bytes[end])) end += 1;
  return end > at + 4 && (bytes[end] === separator || isEndOfLine(bytes[end]));
}

/** BTS and FTS have a count, a comment and totals at most (2.14.3, 2.14.7): a line with more is the end of a text. */
function isTrailer(bytes: Buffer, at: number): boolean {
  const separator = bytes[at + 3];
  if (isEndOfLine(separator)) return true;
  if (!isSeparator(separator)) return false;
  let fields = 0;
  for (let place = at + 3; !isEndOfLine(bytes[place]); place += 1)
    if (bytes[place] === separator) fields += 1;
  return fields <= MAX_TRAILER_FIELDS;
}

/** "MSH||||||F": the last line of an OBX-5 that was not escaped, with the fields behind it. */
function endsText(bytes: Buffer, at: number): boolean {
  return bytes.subarray(at + 4, at + 9).every((byte) => byte === bytes[at + 3]);
}

const MAX_ENCODING_BYTES = 8;
const MAX_TRAILER_FIELDS = 4;

/** Where the next line that is not blank begins, or the end. */
function nextLine(bytes: Buffer, line: number): number {
  let at = line;
  while (!isEndOfLine(bytes[at])) at += 1;
  while (at < bytes.length && isBlank(bytes[at])) at += 1;
  return at;
}

/** Neither a letter nor a digit nor white space nor the end. */
function isSeparator(byte: number | undefined): boolean {
  return byte !== undefined && !/[\sA-Za-z0-9]/.test(String.fromCharCode(byte));
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0d || byte === 0x0a;
}

function isEndOfLine(byte: number | undefined): boolean {
  return byte === undefined || isLineEnd(byte);
}

/** Line ends, and the white space and NULs that some senders pad with. */
function isBlank(byte: number | undefined): boolean {
  return isLineEnd(byte) || byte === 0x20 || byte === 0x09 || byte === 0x00;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
