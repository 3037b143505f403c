import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 1024 * 1024;

/** A file system of a given size in memory (tmpfs), to be filled. Needs the right to mount: root, mostly. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  constructor(mebibytes: number) {
    this.folder = mkdtempSync(join(tmpdir(), 'interleave-disk-'));
    this.#filler = join(this.folder, 'filler');
    mount(this.folder, `${mebibytes}m`);
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Writes a file until so much is left, to the last byte unless told. */
  fill(leave = 0): void {
    const descriptor = openSync(this.#filler, 'a', 0o600);
    try {
      for (let left = this.free - leave; left > 0; left = this.free - leave)
        writeSync(descriptor, Buffer.alloc(Math.min(left, MIB)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Removes what `fill` wrote. */
  empty(): void {
    rmSync(this.#filler, { force: true });
  }

  remove(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** For the `skip` option of a test: false where a file system can be mounted, else the reason, which the runner prints. */
export const withoutMount: string | false = canMount()
  ? false
  : 'SKIPPED: a file system cannot be mounted here (run as root, or under `unshare --map-root-user --mount`)';

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'interleave-disk-'));
  try {
    mount(folder, '1m');
    execFileSync('umount', ['--lazy', folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Others pass through: Elasticsearch's user, where root runs the tests. */
function mount(folder: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0711`, 'tmpfs', folder], { stdio: 'pipe' });
}
