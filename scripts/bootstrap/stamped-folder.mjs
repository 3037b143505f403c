import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder of downloaded things, made once per content of the files that say what belongs there. It is filled beside and
 * gets its name when it is complete and stamped: a half-done download is never taken for a done one.
 */
export class StampedFolder {
  #sources;

  constructor(folder, sources) {
    this.folder = folder;
    this.#sources = sources;
  }

  get present() {
    const stamp = join(this.folder, STAMP);
    return existsSync(stamp) && readFileSync(stamp, 'utf8') === this.#wanted();
  }

  /** `fill` is given the folder to fill. */
  async make(fill) {
    if (this.present) return;
    const partial = `${this.folder}.partial-${process.pid}`;
    try {
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true, mode: 0o755 });
      await fill(partial);
      writeFileSync(join(partial, STAMP), this.#wanted());
      if (this.present) return;
      rmSync(this.folder, { recursive: true, force: true });
      renameSync(partial, this.folder);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }

  #wanted() {
    const hash = createHash('sha256');
    for (const file of this.#sources) hash.update(readFileSync(file));
    return hash.digest('hex');
  }
}

const STAMP = '.stamp';
