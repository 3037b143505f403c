import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder, writeDurably } from '../process/files.ts';
import type { DamagedObject } from './store-observer.ts';

/** The folder in that of the store. */
export const QUARANTINE = '.set-aside';

/** Beside a segment that is set aside: what is damaged in it, one JSON object in each line. */
const NOTES = '.jsonl';

/**
 * Where segments go in which something is damaged, once all else in them is on the disk: nothing waits for them any
 * longer, and nothing in them is lost that a disk, or who mends one, may still give back. A segment that is moved back
 * into `.journal` is restored at the next start.
 */
export class Quarantine {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Moves the segment here; does nothing where another process has done it. */
  async take(file: string, damaged: readonly DamagedObject[]): Promise<void> {
    if ((await mkdir(this.#folder, { recursive: true, mode: 0o700 })) !== undefined)
      await syncFolder(dirname(this.#folder));
    const place = join(this.#folder, basename(file));
    await writeDurably(place + NOTES, damaged.map((one) => `${JSON.stringify(one)}\n`).join(''));
    await rename(file, place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await syncFolder(this.#folder);
    await syncFolder(dirname(file));
  }

  async segments(): Promise<string[]> {
    return (await this.#files()).filter((file) => !file.endsWith(NOTES));
  }

  /** What is damaged in all of them. */
  async damaged(): Promise<DamagedObject[]> {
    const notes = (await this.#files()).filter((file) => file.endsWith(NOTES));
    const texts = await Promise.all(notes.map((file) => readFile(file, 'utf8')));
    const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as DamagedObject);
  }

  /** Takes the name of a case out of the notes. */
  async forget(caseId: string): Promise<void> {
    for (const file of (await this.#files()).filter((name) => name.endsWith(NOTES))) {
      const notes = await readFile(file, 'utf8');
      if (notes.includes(caseId))
        await writeDurably(file, notes.replaceAll(caseId, '.'.repeat(caseId.length)));
    }
  }

  async #files(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.map((name) => join(this.#folder, name));
  }
}
