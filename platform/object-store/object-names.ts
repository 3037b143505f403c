import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renewIfWhole } from './whole-file.ts';

/** Folders that are known to be durable; the others cost one more sync. */
const MAX_KNOWN_FOLDERS = 10_000;

/** The folder, in that of the store, where every object has one more name, whichever cases hold it. */
export const BY_DIGEST = '.by-digest';

/** The folder, in that of the store, of files that have no name yet. */
export const INCOMING = '.incoming';

/** Whether it may be the name of an object. */
export function isDigest(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

const durable = new Set<string>();

/** The name of an object that no case stands in. */
export function nameByDigest(root: string, sha256: string): string {
  return join(root, BY_DIGEST, sha256.slice(0, 2), sha256);
}

/** Where an object goes. */
export interface NewNames {
  /** `INCOMING` of the store */
  incoming: string;
  /** of cases; they need not be there */
  folders: readonly string[];
  sha256: string;
  /** durably */
  sync: boolean;
}

/**
 * Takes a file over: gives it its name in the folder of each case. Such a name is a reference, and the file system counts
 * them: the bytes go with the last. The name by digest comes after them, so that a crash leaves no bytes that no case
 * holds. It is not synced: where a power cut takes it away, an object that comes again is written again.
 */
export function giveNames(file: string, { folders, ...names }: NewNames): void {
  addNames(file, { ...names, folders: folders.slice(0, -1) });
  // The last name takes the file over; the ones before share its bytes.
  for (const folder of folders.slice(-1)) {
    const name = join(folder, names.sha256);
    inFolder(folder, names.sync, () => renameSync(file, name));
    if (names.sync) syncFolder(folder);
    nameByDigestToo(name, names);
  }
}

/** Gives more cases a file of the store: no byte is copied. Throws `ENOENT` where its last case is erased meanwhile. */
export function shareFile(file: string, names: NewNames): void {
  addNames(file, names);
  nameByDigestToo(file, names);
}

/** The same with what stands under the digest, durable with `sync`; false where nothing whole does. */
export function shareKept(names: NewNames): boolean {
  const kept = nameByDigest(dirname(names.incoming), names.sha256);
  if (!renewIfWhole(kept, names.sha256, names.sync)) return false;
  try {
    addNames(kept, names);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Takes the name by digest away where no case holds the bytes. A case has a name of its own, so it never loses any. */
export function forgetUnheld(root: string, sha256: string): void {
  const kept = nameByDigest(root, sha256);
  if (statSync(kept, { throwIfNoEntry: false })?.nlink === 1) rmSync(kept, { force: true });
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

function addNames(file: string, { incoming, folders, sha256, sync }: NewNames): void {
  for (const folder of folders) {
    inFolder(folder, sync, () => link(file, join(folder, sha256), incoming));
    if (sync) syncFolder(folder);
  }
}

/** An object that was erased meanwhile needs no name. */
function nameByDigestToo(file: string, { incoming, sha256 }: Pick<NewNames, 'incoming' | 'sha256'>): void {
  const kept = nameByDigest(dirname(incoming), sha256);
  try {
    inFolder(dirname(kept), false, () => link(file, kept, incoming));
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

/** One more name of a file. Another file of that name, perhaps what a power cut left of it, is replaced. */
function link(file: string, name: string, incoming: string): void {
  try {
    linkSync(file, name);
    return;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  if (statSync(file).ino === statSync(name, { throwIfNoEntry: false })?.ino) return;
  const place = join(incoming, randomUUID());
  linkSync(file, place);
  try {
    renameSync(place, name);
  } finally {
    rmSync(place, { force: true });
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
