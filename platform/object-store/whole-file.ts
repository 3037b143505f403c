import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, futimesSync, openSync, readSync } from 'node:fs';

/** Read at once. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Whether a file is there with these bytes: all of them are read. Then it gets the time of now, as if it had been written
 * again; with `sync` its bytes are durable afterwards, whoever wrote them. False where it cannot be read.
 */
export function renewIfWhole(file: string, sha256: string, sync: boolean): boolean {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'r');
    if (hashOf(descriptor) !== sha256) return false;
    const now = new Date();
    futimesSync(descriptor, now, now);
    if (sync) fsyncSync(descriptor);
    return true;
  } catch {
    return false;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function hashOf(descriptor: number): string {
  const hash = createHash('sha256');
  piece ??= Buffer.alloc(PIECE_BYTES);
  for (let read = -1; read !== 0; ) {
    read = readSync(descriptor, piece);
    hash.update(piece.subarray(0, read));
  }
  return hash.digest('hex');
}

let piece: Buffer | null = null;
