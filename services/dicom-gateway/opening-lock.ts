import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Is there in the folder while a file is being opened; says which process does, in which boot of the machine. */
export const OPENING = 'opening';

/** Nobody takes this long to open a file: whoever has the same process number is another. */
const OPENING_WAIT_MS = 5_000;
const LOOK_AGAIN_MS = 20;

const REMOVING = '-removing';

/**
 * Lets one process at a time look at what the last one left and open it. `interrupted` where the one before never got to
 * the end of it: it was killed, or what it opened ended it.
 */
export async function lockOpening(
  folder: string,
  boot: string | null,
  waitMs = OPENING_WAIT_MS,
): Promise<{ interrupted: boolean; release: () => Promise<void> }> {
  const lock = join(folder, OPENING);
  const name = randomUUID();
  const own = `${lock}-${name}`;
  const end = performance.now() + waitMs;
  let interrupted = false;
  await writeFile(own, `${process.pid} ${boot ?? ''} ${name}`, { mode: 0o600 });
  try {
    // Whole at once, and only where there is none.
    while (!(await linked(own, lock))) {
      const holder = await readFile(lock, 'latin1').catch(() => null);
      if (holder === null) continue; // it has just ended
      if (isAlive(holder, boot) && performance.now() < end) await sleep(LOOK_AGAIN_MS);
      else if (await removed(lock, holder, own)) interrupted = true;
      else await sleep(LOOK_AGAIN_MS);
    }
  } finally {
    await rm(own, { force: true });
  }
  return { interrupted, release: () => released(lock, name) };
}

/** Whoever stood still for too long has lost it: the lock that is there then is another's. */
async function released(lock: string, name: string): Promise<void> {
  const holder = await readFile(lock, 'latin1').catch(() => null);
  if (holder?.endsWith(name)) await rm(lock, { force: true });
}

/** Of those who find a lock that nobody holds one removes it, and nothing that came in its place. */
async function removed(lock: string, holder: string, own: string): Promise<boolean> {
  const removing = `${lock}${REMOVING}`;
  if (!(await linked(own, removing))) {
    const entry = await stat(removing).catch(() => null);
    // Who wanted to remove it was killed.
    if (entry !== null && Date.now() - entry.ctimeMs > OPENING_WAIT_MS) await rm(removing, { force: true });
    return false;
  }
  try {
    if ((await readFile(lock, 'latin1').catch(() => null)) !== holder) return false;
    await rm(lock, { force: true });
    return true;
  } finally {
    await rm(removing, { force: true });
  }
}

async function linked(file: string, name: string): Promise<boolean> {
  return link(file, name).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

function isAlive(holder: string, boot: string | null): boolean {
  const [pid = '', then = ''] = holder.split(' ');
  if (then !== (boot ?? '') || !/^[1-9][0-9]*$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
