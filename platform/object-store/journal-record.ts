import { createHash } from 'node:crypto';

/** One object in a journal: what is needed to write its files again. */
export interface JournalRecord {
  sha256: string;
  /** the cases that it belongs to; an erased one is a row of `ERASED` */
  caseIds: string[];
  bytes: Buffer;
  /** the bytes are a receipt, which has no file of its own; `sha256` is theirs */
  isReceipt?: boolean;
}

/** Where a record stands in its segment, for erasing. */
export interface PlacedRecord extends JournalRecord {
  at: number;
  length: number;
}

/** What stands where a record was, or should be: the disk gave back other bytes than were written. */
export interface DamagedRecord {
  at: number;
  length: number;
  /** what its line says, where that is whole: '' and no cases otherwise */
  sha256: string;
  caseIds: string[];
  /** as many as the line says, whatever is left of them */
  bytes: Buffer;
  /** no whole record stands behind it: perhaps it was never confirmed, but being written as the power was cut */
  last: boolean;
}

/** Stands for each character of a case id that was erased; no case id begins with it. */
const ERASED = '.';

/**
 * `ILJ1 <sha256> <bytes> <case ids> <check>\n<bytes>\n`. The check covers the line before it, the SHA-256 the bytes: a
 * record that the disk has only in part is not one. A receipt begins with `ILJ1R`.
 */
export function encodeRecord(record: JournalRecord): Buffer {
  return Buffer.concat(recordParts(record));
}

/** The same, not yet in one piece: its line with the end of it, the bytes as they are, the end. */
export function recordParts(record: JournalRecord): [line: Buffer, ...rest: Buffer[]] {
  const { sha256, caseIds, bytes, isReceipt = false } = record;
  const line = `${isReceipt ? RECEIPT_MAGIC : MAGIC} ${sha256} ${bytes.length} ${caseIds.join(',')}`;
  return [Buffer.from(`${line} ${checkOf(line)}\n`, 'latin1'), bytes, NEWLINE];
}

/**
 * The whole records of a segment. One that is not whole was never confirmed, or was torn as a case was taken out of it:
 * then confirmed ones stand behind it.
 */
export function decodeRecords(segment: Buffer): PlacedRecord[] {
  return scanSegment(segment).records;
}

/** The whole records of a segment, and what stands between and behind them and is no record; zeros behind them are nothing. */
export function scanSegment(segment: Buffer): { records: PlacedRecord[]; damaged: DamagedRecord[] } {
  const records: PlacedRecord[] = [];
  const damaged: DamagedRecord[] = [];
  for (let at = 0; at !== -1 && at < segment.length; ) {
    const record = decodeRecordAt(segment, at);
    if (record !== null) {
      records.push(record);
      for (const one of damaged) one.last = false;
      at += record.length;
      continue;
    }
    const next = nextRecord(segment, at);
    const found = damagedAt(segment, at, next === -1 ? segment.length : next);
    // A name of records inside of a damaged one begins none.
    const before = damaged.at(-1);
    const inside = before !== undefined && found.sha256 === '' && at < before.at + before.length;
    if (!inside && (next !== -1 || !isZeros(segment.subarray(at)))) damaged.push(found);
    at = next;
  }
  return { records, damaged };
}

function damagedAt(segment: Buffer, at: number, end: number): DamagedRecord {
  const line = decodeLineAt(segment, at);
  if (line === null)
    return { at, length: end - at, sha256: '', caseIds: [], bytes: Buffer.alloc(0), last: true };
  const { sha256, caseIds, length, lineLength } = line;
  const bytes = Buffer.alloc(length - lineLength - 1);
  segment.copy(bytes, 0, at + lineLength);
  return { at, length, sha256, caseIds, bytes, last: true };
}

function isZeros(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const piece = bytes.subarray(at, at + ZEROS.length);
    if (!piece.equals(ZEROS.subarray(0, piece.length))) return false;
  }
  return true;
}

const ZEROS = Buffer.alloc(64 * 1024);

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
  const { sha256, caseIds, length, isReceipt } = line;
  const end = at + length - 1;
  const bytes = segment.subarray(at + line.lineLength, end);
  const whole = segment[end] === NEWLINE[0];
  const intact = caseIds.every(isErased) || createHash('sha256').update(bytes).digest('hex') === sha256;
  return whole && intact ? { sha256, caseIds, bytes, at, length, ...(isReceipt ? { isReceipt } : {}) } : null;
}

/** What the line of a record says; `length` is that of the whole record, `lineLength` that of the line with its end. */
export function decodeLineAt(
  segment: Buffer,
  at: number,
): (Required<Omit<JournalRecord, 'bytes'>> & { lineLength: number; length: number }) | null {
  const lineEnd = segment.subarray(at, at + MAX_LINE_BYTES).indexOf(NEWLINE);
  if (lineEnd === -1) return null;
  const line = segment.toString('latin1', at, at + lineEnd);
  const [magic, sha256 = '', size = '', ids = '', check] = line.split(' ');
  const isReceipt = magic === RECEIPT_MAGIC;
  if ((magic !== MAGIC && !isReceipt) || check !== checkOf(`${magic} ${sha256} ${size} ${ids}`)) return null;
  const length = lineEnd + 1 + Number(size) + 1;
  return { sha256, caseIds: ids.split(','), isReceipt, lineLength: lineEnd + 1, length };
}

function checkOf(line: string): string {
  return createHash('sha256').update(line, 'latin1').digest('hex').slice(0, 16);
}

const MAGIC = 'ILJ1';
/** Begins like the other: whoever looks for the next record finds both. */
const RECEIPT_MAGIC = 'ILJ1R';

/** Of a record by its line. */
export function isReceiptLine(line: string): boolean {
  return line.startsWith(`${RECEIPT_MAGIC} `);
}

const NEWLINE = Buffer.from('\n');
/** Of a line with the 200 cases that one message may have. */
export const MAX_LINE_BYTES = 64 * 1024;
