import { createHash } from 'node:crypto';

/** One object in a journal: what is needed to write its files again. */
export interface JournalRecord {
  sha256: string;
  /** the cases that it belongs to; an erased one is a row of `ERASED` */
  caseIds: string[];
  bytes: Buffer;
}

/** Where a record stands in its segment, for erasing. */
export interface PlacedRecord extends JournalRecord {
  at: number;
  length: number;
}

/** Stands for each character of a case id that was erased; no case id begins with it. */
const ERASED = '.';

/**
 * `ILJ1 <sha256> <bytes> <case ids> <check>\n<bytes>\n`. The check covers the line before it, the SHA-256 the bytes: a
 * record that the disk has only in part is not one.
 */
export function encodeRecord(record: JournalRecord): Buffer {
  return Buffer.concat(recordParts(record));
}

/** The same, not yet in one piece: its line with the end of it, the bytes as they are, the end. */
export function recordParts({ sha256, caseIds, bytes }: JournalRecord): [line: Buffer, ...rest: Buffer[]] {
  const line = `${MAGIC} ${sha256} ${bytes.length} ${caseIds.join(',')}`;
  return [Buffer.from(`${line} ${checkOf(line)}\n`, 'latin1'), bytes, NEWLINE];
}

/**
 * The whole records of a segment. One that is not whole was never confirmed, or was torn as a case was taken out of it:
 * then confirmed ones stand behind it.
 */
export function decodeRecords(segment: Buffer): PlacedRecord[] {
  const records: PlacedRecord[] = [];
  for (let at = 0; at !== -1; ) {
    const record = decodeRecordAt(segment, at);
    if (record !== null) records.push(record);
    at = record === null ? nextRecord(segment, at) : at + record.length;
  }
  return records;
}

/** Where the next record may begin behind one that is not whole; -1 where none does. */
export function nextRecord(segment: Buffer, at: number): number {
  return segment.indexOf(MAGIC, at + 1, 'latin1');
}

/** The record without this case: its name made unreadable and, where no case is left, its bytes too. Same length. */
export function withoutCase(record: JournalRecord, caseId: string): Buffer {
  const caseIds = record.caseIds.map((id) => (id === caseId ? ERASED.repeat(id.length) : id));
  const line = encodeRecord({ ...record, caseIds });
  if (!caseIds.every(isErased)) return line;
  return line.fill(0, line.length - record.bytes.length - 1, line.length - 1);
}

export function isErased(caseId: string): boolean {
  return caseId.startsWith(ERASED);
}

/** The record that begins there; null where none does or it is not whole. */
export function decodeRecordAt(segment: Buffer, at: number): PlacedRecord | null {
  const line = decodeLineAt(segment, at);
  if (line === null) return null;
  const { sha256, caseIds, length } = line;
  const end = at + length - 1;
  const bytes = segment.subarray(at + line.lineLength, end);
  const whole = segment[end] === NEWLINE[0];
  const intact = caseIds.every(isErased) || createHash('sha256').update(bytes).digest('hex') === sha256;
  return whole && intact ? { sha256, caseIds, bytes, at, length } : null;
}

/** What the line of a record says; `length` is that of the whole record, `lineLength` that of the line with its end. */
export function decodeLineAt(
  segment: Buffer,
  at: number,
): (Omit<JournalRecord, 'bytes'> & { lineLength: number; length: number }) | null {
  const lineEnd = segment.subarray(at, at + MAX_LINE_BYTES).indexOf(NEWLINE);
  if (lineEnd === -1) return null;
  const line = segment.toString('latin1', at, at + lineEnd);
  const [magic, sha256 = '', size = '', ids = '', check] = line.split(' ');
  if (magic !== MAGIC || check !== checkOf(`${magic} ${sha256} ${size} ${ids}`)) return null;
  return { sha256, caseIds: ids.split(','), lineLength: lineEnd + 1, length: lineEnd + 1 + Number(size) + 1 };
}

function checkOf(line: string): string {
  return createHash('sha256').update(line, 'latin1').digest('hex').slice(0, 16);
}

const MAGIC = 'ILJ1';
const NEWLINE = Buffer.from('\n');
/** Of a line with the 200 cases that one message may have. */
export const MAX_LINE_BYTES = 64 * 1024;
