import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CaseCache } from '../case-cache.ts';

/** The caches of all joiners that had this data folder. */
export class Caches {
  readonly #caches: readonly CaseCache[];

  private constructor(caches: readonly CaseCache[]) {
    this.#caches = caches;
  }

  /** Throws `ALREADY_RUNNING` where a joiner runs. */
  static async open(dataDir: string, partitions: number): Promise<Caches> {
    const folder = join(dataDir, 'joiner');
    const names = await readdir(folder).catch(() => []);
    const caches: CaseCache[] = [];
    for (const name of names) caches.push(await CaseCache.open(join(folder, name), null, partitions));
    return new Caches(caches);
  }

  /** The one that has seen the most of a partition; an older one holds nothing that it does not. */
  newest(partition: number): CaseCache | null {
    let newest: CaseCache | null = null;
    for (const cache of this.#caches)
      if ((cache.seen(partition)?.next ?? 0) > (newest?.seen(partition)?.next ?? 0)) newest = cache;
    return newest;
  }

  /** Whether one of them remembers that this case was erased. */
  hasErased(caseId: string): boolean {
    return this.#caches.some((cache) => cache.wasErased(caseId));
  }

  /** Every erasure that one of them remembers, with when it was decided. */
  erased(): Map<string, number> {
    return new Map(this.#caches.flatMap((cache) => [...cache.erasures()]));
  }

  /** Empties a partition in all but this one. */
  async clearOthers(partition: number, kept: CaseCache | null): Promise<void> {
    for (const cache of this.#caches)
      if (cache !== kept && cache.seen(partition) !== null) await cache.clear(partition);
  }

  async close(): Promise<void> {
    for (const cache of this.#caches) await cache.close();
  }
}
