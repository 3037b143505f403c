import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { decodeRecords, type JournalRecord } from './journal-record.ts';
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

/** Since a segment was last written to, in ms; 0 where it is gone. */
export async function ageOf(file: string): Promise<number> {
  const entry = await stat(file).catch(() => null);
  return entry === null ? 0 : Date.now() - entry.mtimeMs;
}
