/**
 * The thread's side of `disk-threads.ts`: hashes and writes objects, one step at a time, with blocking calls. A thread of
 * its own may block; what waits for the disk here holds up nobody else, and one message does what were seven turns of the
 * event loop.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writevSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { Piece } from './write-buffers.ts';

/** What is asked: the next bytes of a file that is not named yet, its end with the folders it goes to, or its removal. */
export type DiskStep =
  | { kind: 'write'; file: string; piece: Piece | null; first: boolean }
  | { kind: 'commit'; file: string; piece: Piece | null; first: boolean; folders: string[]; sync: boolean }
  | { kind: 'abort'; file: string };

export interface DiskQuestion {
  id: number;
  step: DiskStep;
}

export interface DiskReply {
  id: number;
  answer: DiskAnswer;
}

/** The SHA-256 after `commit`, '' after the others; or the code of the operating system's error. */
export type DiskAnswer = { sha256: string } | { error: string };

/** Folders that are known to be durable; the others cost one more sync. */
const MAX_KNOWN_FOLDERS = 10_000;

interface OpenFile {
  descriptor: number;
  hash: Hash;
}

const files = new Map<string, OpenFile>();
const durable = new Set<string>();

parentPort?.on('message', ({ id, step }: DiskQuestion) => {
  parentPort?.postMessage({ id, answer: answer(step) } satisfies DiskReply);
});

function answer(step: DiskStep): DiskAnswer {
  try {
    if (step.kind === 'abort') abort(step.file);
    else if (step.kind === 'write') write(step);
    else return { sha256: commit(step) };
    return { sha256: '' };
  } catch (error) {
    abort(step.file);
    return { error: (error as NodeJS.ErrnoException).code ?? 'UNKNOWN' };
  }
}

function write({ file, piece, first }: DiskStep & { kind: 'write' | 'commit' }): OpenFile {
  if (first) files.set(file, { descriptor: openSync(file, 'wx', 0o600), hash: createHash('sha256') });
  const open = files.get(file);
  if (open === undefined) throw new Error('It was given up.');
  const parts = piece?.parts.map(([from, to]) => Buffer.from(piece.buffer, from, to - from)) ?? [];
  for (const part of parts) open.hash.update(part);
  writeAll(open.descriptor, parts);
  return open;
}

function writeAll(descriptor: number, parts: Buffer[]): void {
  for (let left = parts; left.length > 0; ) left = without(left, writevSync(descriptor, left));
}

/** What is left when so many bytes are written. */
function without(parts: Buffer[], written: number): Buffer[] {
  let done = written;
  for (const [i, part] of parts.entries()) {
    if (done < part.length) return [part.subarray(done), ...parts.slice(i + 1)];
    done -= part.length;
  }
  return [];
}

function commit(step: DiskStep & { kind: 'commit' }): string {
  const { file, folders, sync } = step;
  const { descriptor, hash } = write(step);
  if (sync) fsyncSync(descriptor);
  files.delete(file);
  closeSync(descriptor);
  const sha256 = hash.digest('hex');
  for (const [i, folder] of folders.entries()) {
    const name = join(folder, sha256);
    // The last name takes the file over; the ones before share its bytes.
    inFolder(folder, sync, () => (i < folders.length - 1 ? linkOnce(file, name) : renameSync(file, name)));
    if (sync) syncFolder(folder);
  }
  return sha256;
}

function abort(file: string): void {
  const open = files.get(file);
  files.delete(file);
  if (open !== undefined) closeSync(open.descriptor);
  rmSync(file, { force: true });
}

/** Does something in a folder that is there and durable; another writer may have made it and not synced it yet. */
function inFolder(folder: string, sync: boolean, action: () => void): void {
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
