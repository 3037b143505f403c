import { hash, randomUUID } from 'node:crypto';
import { readSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isReceiptLine } from './journal-record.ts';
import { forgetUnheld, giveNames, type NewNames, shareKept } from './object-names.ts';
import { appendReceipt, RECEIPTS } from './receipts.ts';

/** A record of a journal whose files are to be written; its bytes are where it stands, in the segment. */
export interface RecordToCopy {
  /** descriptor of the segment, open until this is done */
  segment: number;
  /** where the record begins */
  at: number;
  /** the line of the record, with its end, as it was written */
  line: string;
  /** of the object, in bytes */
  size: number;
  sha256: string;
  cases: { id: string; folder: string }[];
}

/** Why the files of a record were not written. */
export interface CopyFailure {
  /** of the operating system's error; `SHA256` where other bytes were read than were written */
  code: string;
  /** the record could not be read: its disk does not give it back, or it is being changed at this moment */
  unread: boolean;
}

/**
 * Writes the files of these records, without a sync: the journal is what is durable. A case that was erased from its
 * record, by whatever process, gets no file. What became of each, null where its files are there.
 */
export function copyRecords(records: readonly RecordToCopy[], incoming: string): (CopyFailure | null)[] {
  return records.map((record) => {
    try {
      copy(record, incoming);
      return null;
    } catch (error) {
      if (error instanceof Unread) return { code: error.message, unread: true };
      return { code: codeOf(error), unread: false };
    }
  });
}

function copy(record: RecordToCopy, incoming: string): void {
  const { segment, at, line, size, sha256, cases } = record;
  const now = read(segment, at, line.length + size);
  const wanted = cases.filter(({ id }) => !isErased(record, now, id));
  if (wanted.length === 0) return;
  const bytes = now.subarray(line.length);
  if (hash('sha256', bytes) !== sha256) throw new Unread('SHA256');
  const isReceipt = isReceiptLine(line);
  const folders = wanted.map(({ folder }) => folder);
  if (isReceipt) for (const folder of folders) appendReceipt(folder, bytes);
  else write(bytes, { incoming, folders, sha256, sync: false });
  // Who erases takes the record first and the folder then: one of us removes it.
  const after = read(segment, at, line.length);
  const erased = wanted.filter(({ id }) => isErased(record, after, id));
  for (const { folder } of erased) rmSync(join(folder, isReceipt ? RECEIPTS : sha256), { force: true });
  if (erased.length > 0 && !isReceipt) forgetUnheld(dirname(incoming), sha256);
}

/** One file for all of the cases: the one that is kept already where it is whole; else what has its names is replaced. */
function write(bytes: Buffer, names: NewNames): void {
  if (shareKept(names)) return;
  const file = join(names.incoming, `${OURS}.${++files}`);
  try {
    writeFileSync(file, bytes, { flag: 'wx', mode: 0o600 });
    giveNames(file, names);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** Whether the case was taken out of the record that begins with these bytes now. */
function isErased({ line }: RecordToCopy, now: Buffer, caseId: string): boolean {
  const lineNow = now.toString('latin1', 0, line.length);
  return lineNow !== line && !lineNow.includes(caseId);
}

/** What is there, as long as nothing else is read. */
function read(descriptor: number, at: number, length: number): Buffer {
  if (room.length < length) room = Buffer.alloc(length);
  try {
    return room.subarray(0, readSync(descriptor, room, 0, length, at));
  } catch (error) {
    throw new Unread(codeOf(error));
  }
}

/** The message is the code. */
class Unread extends Error {}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
}

const OURS = randomUUID();
let files = 0;
let room = Buffer.alloc(64 * 1024);
