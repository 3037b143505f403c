import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';

/** Where a recovery keeps what it needs while it runs. */
export function recoverFolder(dataDir: string): string {
  return join(dataDir, 'recover');
}

const markOf = (dataDir: string) => join(recoverFolder(dataDir), 'unfinished');

/** Whether a recovery of this data folder was begun and did not come to its end: it is to be run again. */
export function isUnfinished(dataDir: string): boolean {
  return existsSync(markOf(dataDir));
}

/** Throws `LOG_WENT_BACK`: nothing may be started between a recovery that was cut off and the next. */
export function requireFinished(dataDir: string): void {
  if (isUnfinished(dataDir))
    throw new InterleaveError(
      'LOG_WENT_BACK',
      `A recovery did not come to its end: run \`npx interleave recover --data-dir ${dataDir}\` again.`,
    );
}

export async function begin(dataDir: string): Promise<void> {
  await mkdir(recoverFolder(dataDir), { recursive: true, mode: 0o700 });
  await writeFile(markOf(dataDir), '', { mode: 0o600, flush: true });
}

/** Nothing of it stays. */
export async function end(dataDir: string): Promise<void> {
  await rm(recoverFolder(dataDir), { recursive: true, force: true });
}
