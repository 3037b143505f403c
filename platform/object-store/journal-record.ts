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

/** The records of a segment up to the first that is not whole: what follows was never confirmed. */
export function decodeRecords(segment: Buffer): PlacedRecord[] {
  const records: PlacedRecord[] = [];
  for (let at = 0; ; ) {
    const record = decodeAt(segment, at);
    if (record === null) return records;
    records.push(record);
    at += record.length;
  }
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

function decodeAt(segment: Buffer, at: number): PlacedRecord | null {
  const lineEnd = segment.subarray(at, at + MAX_LINE_BYTES).indexOf(NEWLINE);
  if (lineEnd === -1) return null;
  const line = segment.toString('latin1', at, at + lineEnd);
  const [magic, sha256 = '', size = '', ids = '', check] = line.split(' ');
  if (magic !== MAGIC || check !== checkOf(`${magic} ${sha256} ${size} ${ids}`)) return null;
  const caseIds = ids.split(',');
  const from = at + lineEnd + 1;
  const bytes = segment.subarray(from, from + Number(size));
  const whole = segment[from + Number(size)] === NEWLINE[0];
  const intact = caseIds.every(isErased) || createHash('sha256').update(bytes).digest('hex') === sha256;
  if (!whole || !intact) return null;
  return { sha256, caseIds, bytes, at, length: from + Number(size) + 1 - at };
}

function checkOf(line: string): string {
  return createHash('sha256').update(line, 'latin1').digest('hex').slice(0, 16);
}

const MAGIC = 'ILJ1';
const NEWLINE = Buffer.from('\n');
/** Of a line with the 200 cases that one message may have. */
const MAX_LINE_BYTES = 64 * 1024;
