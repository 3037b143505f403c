import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders that are known to be durable; the others cost one more sync. */
const MAX_KNOWN_FOLDERS = 10_000;

const durable = new Set<string>();

/** Gives a file its name in each of the folders, which need not be there, and takes its first one away; with `sync` durably. */
export function giveNames(file: string, folders: readonly string[], name: string, sync: boolean): void {
  for (const [i, folder] of folders.entries()) {
    const path = join(folder, name);
    // The last name takes the file over; the ones before share its bytes.
    inFolder(folder, sync, () => (i < folders.length - 1 ? linkOnce(file, path) : renameSync(file, path)));
    if (sync) syncFolder(folder);
  }
}

/** Does something in a folder that is there and durable; another writer may have made it and not synced it yet. */
export function inFolder(folder: string, sync: boolean, action: () => void): void {
  if (durable.has(folder)) {
    try {
      action();
      return;
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error; // the case was erased meanwhile
    }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (sync) syncFolder(dirname(folder));
  if (sync) {
    if (durable.size >= MAX_KNOWN_FOLDERS) durable.clear();
    durable.add(folder);
  }
  action();
}

function linkOnce(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
