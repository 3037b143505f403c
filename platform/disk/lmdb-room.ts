import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import type { ServiceContext } from '../process/lifecycle.ts';
import { lacking, toDiskError } from './disk-space.ts';
import { DISK_POLL_MS, LMDB_MIN_FREE_BYTES } from './limits.ts';

/**
 * Throws `DISK_FULL` where too little is free on the disk of this folder for lmdb to be touched. lmdb-js does not bear a
 * full disk: a failed commit rejects promises that nobody holds, one behind a failed `put` never ends, and a failed
 * `openDB` corrupts the memory of the process (lmdb 3.5.6). So it never meets one: this is asked before each write.
 */
export function requireLmdbRoom(folder: string, needed: number = LMDB_MIN_FREE_BYTES): void {
  const missing = lacking(freeNow(folder), needed);
  if (missing !== null) throw new InterleaveError('DISK_FULL', missing);
}

function freeNow(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch (cause) {
    throw toDiskError(cause);
  }
}

/** Resolves when lmdb can be opened on the disk of this folder; until then `/readyz` says what is missing. */
export async function untilLmdbRoom(
  folder: string,
  { ready, log }: Pick<ServiceContext, 'ready' | 'log'>,
  { needed = LMDB_MIN_FREE_BYTES, pollMs = DISK_POLL_MS } = {},
): Promise<void> {
  for (let told = false; ; told = true) {
    try {
      requireLmdbRoom(folder, needed);
      if (told) ready.set('cache', true);
      return;
    } catch (error) {
      if (codeOf(error) !== 'DISK_FULL') throw error;
      ready.set('cache', false, error instanceof Error ? error.message : '');
      if (!told) log.warn({ code: 'DISK_FULL', err: error }, 'cache.waiting');
    }
    await sleep(pollMs);
  }
}
