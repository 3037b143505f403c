import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { SORTED_ENTRIES } from '../limits.ts';

/** What lies below a folder, one after the other. */
export type Found =
  | { kind: 'file'; path: string; size: number; changedAt: number }
  /** a link, a socket, a device */
  | { kind: 'other'; path: string }
  /** a file or a folder that cannot be looked into */
  | { kind: 'unreadable'; path: string; cause: unknown };

/**
 * Walks a folder of any size and depth, or finds the one file that is named: the files of a folder sorted by name, then its
 * folders. Of a folder with more entries than `SORTED_ENTRIES` so many are sorted at a time, so that none is in memory whole.
 * Links are never followed: what they name inside of the folder is found there, and nothing leads out or around.
 */
export async function* walkFolder(
  path: string,
  signal: AbortSignal,
  sortedEntries: number = SORTED_ENTRIES,
): AsyncGenerator<Found> {
  const root = await realpath(path).catch(() => path);
  yield* await look(root, { signal, sortedEntries });
}

interface Walk {
  signal: AbortSignal;
  sortedEntries: number;
}

async function look(path: string, walk: Walk): Promise<AsyncGenerator<Found> | Found[]> {
  try {
    const entry = await lstat(path);
    return entry.isDirectory() ? below(path, walk) : [asFound(path, entry)];
  } catch (cause) {
    return [{ kind: 'unreadable', path, cause }];
  }
}

async function* below(folder: string, walk: Walk): AsyncGenerator<Found> {
  try {
    for await (const entries of sortedPieces(folder, walk.sortedEntries)) {
      for (const entry of entries)
        if (!entry.isDirectory()) yield* await entryFound(join(folder, entry.name), entry, walk);
      for (const entry of entries) {
        if (walk.signal.aborted) return;
        if (entry.isDirectory()) yield* below(join(folder, entry.name), walk);
      }
    }
  } catch (cause) {
    yield { kind: 'unreadable', path: folder, cause };
  }
}

async function entryFound(path: string, entry: Dirent, walk: Walk) {
  if (walk.signal.aborted) return [];
  return entry.isFile() ? look(path, walk) : [{ kind: 'other', path } as const];
}

function asFound(path: string, entry: Stats): Found {
  if (!entry.isFile()) return { kind: 'other', path };
  return { kind: 'file', path, size: entry.size, changedAt: entry.mtimeMs };
}

async function* sortedPieces(folder: string, most: number): AsyncGenerator<Dirent[]> {
  let entries: Dirent[] = [];
  const taken = () => {
    const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    entries = [];
    return sorted;
  };
  for await (const entry of await opendir(folder, { bufferSize: OPENDIR_BUFFER })) {
    entries.push(entry);
    if (entries.length >= most) yield taken();
  }
  yield taken();
}

/** Entries that are read from the disk at once. */
const OPENDIR_BUFFER = 512;
