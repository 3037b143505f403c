import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { decodeRecords, isErased, type JournalRecord, scanSegment, withoutCase } from './journal-record.ts';
import { MAX_UNREADABLE_PIECES, SEGMENT_PIECE_BYTES } from './limits.ts';
import type { ReadAt } from './segment-index.ts';

/** Opens a segment to use it. Null for one that its process removed meanwhile, with all that it held. */
export async function withFile<T>(
  file: string,
  flags: 'r' | 'r+',
  use: (handle: FileHandle) => Promise<T>,
): Promise<T | null> {
  const handle = await open(file, flags).catch(() => null);
  if (handle === null) return null;
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

export function readerOf(handle: FileHandle): ReadAt {
  return async (at, length) => {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await handle.read(bytes, 0, length, at);
    return bytes.subarray(0, bytesRead);
  };
}

/** The records of a segment; none of one that is gone. */
export async function readRecords(file: string): Promise<JournalRecord[]> {
  return decodeRecords(await readFile(file).catch(() => Buffer.alloc(0)));
}

/** A segment as far as the disk gives it back: zeros stand for what it does not, and `code` says why. */
export async function readSegment(handle: FileHandle): Promise<{ bytes: Buffer; code: string | null }> {
  try {
    return { bytes: await handle.readFile(), code: null };
  } catch (error) {
    const bytes = Buffer.alloc((await handle.stat()).size);
    let failures = 0;
    for (let at = 0; at < bytes.length && failures < MAX_UNREADABLE_PIECES; at += SEGMENT_PIECE_BYTES) {
      const length = Math.min(SEGMENT_PIECE_BYTES, bytes.length - at);
      await handle.read(bytes, at, length, at).catch(() => {
        bytes.fill(0, at, at + length);
        failures += 1;
      });
    }
    return { bytes, code: (error as NodeJS.ErrnoException).code ?? 'UNKNOWN' };
  }
}

/** Makes a case unreadable in a segment: its name, and the bytes that are of no other case. With a SHA-256 only that object of it. */
export async function eraseFromSegment(handle: FileHandle, caseId: string, sha256?: string): Promise<void> {
  const { records, damaged } = scanSegment((await readSegment(handle)).bytes);
  const isOf = (record: JournalRecord) =>
    record.caseIds.includes(caseId) && (sha256 === undefined || record.sha256 === sha256);
  for (const record of records.filter(isOf)) await writeAt(handle, withoutCase(record, caseId), record.at);
  for (const record of damaged.filter(isOf)) {
    const erased = withoutCase(record, caseId);
    // What is left of the bytes may be all that the other cases have.
    const isShared = record.caseIds.some((id) => id !== caseId && !isErased(id));
    const length = isShared ? erased.length - record.bytes.length - 1 : erased.length;
    await writeAt(handle, erased.subarray(0, length), record.at);
  }
  await handle.sync();
}

/** Since a segment was last written to, in ms; 0 where it is gone. */
export async function ageOf(file: string): Promise<number> {
  const entry = await stat(file).catch(() => null);
  return entry === null ? 0 : Date.now() - entry.mtimeMs;
}

/** Without making one piece of them first: they may be megabytes. */
export async function writeParts(handle: FileHandle, parts: readonly Buffer[], at: number): Promise<void> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const { bytesWritten } = await handle.writev(parts, at);
  if (bytesWritten < length)
    await writeAt(handle, Buffer.concat(parts).subarray(bytesWritten), at + bytesWritten);
}

export async function writeAt(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}
