/**
 * The thread's side of `disk-threads.ts`: hashes and writes objects, one step at a time, with blocking calls. A thread of
 * its own may block; what waits for the disk here holds up nobody else, and one message does what were seven turns of the
 * event loop.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, writevSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { type CopyFailure, copyRecords, type RecordToCopy } from './copy-records.ts';
import { giveNames, type NewNames, shareFile, shareKept } from './object-names.ts';
import { renewIfWhole } from './whole-file.ts';
import type { Piece } from './write-buffers.ts';

/**
 * What is asked: the next bytes of a file that is not named yet, its end with the folders it goes to, or its removal; or,
 * at once, all files of some records of journals, or more cases for a file that is there.
 */
export type DiskStep =
  | FileStep
  | { kind: 'copy'; incoming: string; records: RecordToCopy[] }
  | { kind: 'share'; file: string; names: NewNames };

export type FileStep =
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

/**
 * The SHA-256 after `commit` and `share`, '' after the others, what became of each record after `copy`; or the code of the operating
 * system's error.
 */
export type DiskAnswer = { sha256: string } | { copied: (CopyFailure | null)[] } | { error: string };

interface OpenFile {
  descriptor: number;
  hash: Hash;
}

const files = new Map<string, OpenFile>();

parentPort?.on('message', ({ id, step }: DiskQuestion) => {
  parentPort?.postMessage({ id, answer: answer(step) } satisfies DiskReply);
});

function answer(step: DiskStep): DiskAnswer {
  if (step.kind === 'copy') return { copied: copyRecords(step.records, step.incoming) };
  if (step.kind === 'share') return share(step.file, step.names);
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

function write({ file, piece, first }: FileStep & { kind: 'write' | 'commit' }): OpenFile {
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

function commit(step: FileStep & { kind: 'commit' }): string {
  const { file, folders, sync } = step;
  const { descriptor, hash } = write(step);
  const sha256 = hash.digest('hex');
  const names = { incoming: dirname(file), folders, sha256, sync };
  if (shareKept(names)) {
    abort(file);
    return sha256;
  }
  if (sync) fsyncSync(descriptor);
  files.delete(file);
  closeSync(descriptor);
  giveNames(file, names);
  return sha256;
}

/** `SHA256` where the file is not there, or has other bytes. */
function share(file: string, names: NewNames): DiskAnswer {
  if (!renewIfWhole(file, names.sha256, names.sync)) return { error: 'SHA256' };
  try {
    shareFile(file, names);
    return { sha256: names.sha256 };
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code ?? 'UNKNOWN' };
  }
}

function abort(file: string): void {
  const open = files.get(file);
  files.delete(file);
  if (open !== undefined) closeSync(open.descriptor);
  rmSync(file, { force: true });
}
