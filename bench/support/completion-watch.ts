import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchClient } from '../../harness/search-client.ts';
import type { SimulatedCase } from '../../simulator/case.ts';

const POLL_MS = 100;
/** More than the waiting ones, since others may have changed after them; asking for few spares Elasticsearch work. */
const MORE_THAN_WAITING = 8;
const MOST = 50;
const GIVE_UP_MS = 180_000;

/**
 * Asks the search API for the newest cases until every expected case is returned whole: its report in the newest version, and
 * each image with its thumbnail; with `embedded`, with its vector too.
 */
export class CompletionWatch {
  /** seconds from the last acknowledgement until found */
  readonly delays: number[] = [];
  expected = 0;
  readonly #search: SearchClient;
  readonly #embedded: boolean;
  readonly #waiting = new Map<string, { simulated: SimulatedCase; acknowledgedAt: number }>();
  #polling: Promise<void> | undefined;
  #lastFoundAt = performance.now();

  constructor(search: SearchClient, { embedded = true } = {}) {
    this.#search = search;
    this.#embedded = embedded;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  expect(simulated: SimulatedCase, acknowledgedAt: number): void {
    this.expected++;
    this.#waiting.set(simulated.accession, { simulated, acknowledgedAt });
    this.#polling ??= this.#poll();
  }

  async allFound(progress: (found: number) => void): Promise<void> {
    while (this.#waiting.size > 0) {
      if (performance.now() - this.#lastFoundAt > GIVE_UP_MS)
        throw new Error(`${this.#waiting.size} acknowledged cases were not found`);
      await sleep(POLL_MS);
    }
    await this.#polling;
    progress(this.delays.length);
  }

  async #poll(): Promise<void> {
    while (this.#waiting.size > 0) {
      await this.#look('');
      // What has left the newest cases is asked for by itself.
      for (const [accession, { acknowledgedAt }] of this.#waiting)
        if (performance.now() - acknowledgedAt > 10_000) await this.#look(accession);
      await sleep(POLL_MS);
    }
    this.#polling = undefined;
  }

  async #look(words: string): Promise<void> {
    const hits = await this.#search.search(words, {
      size: Math.min(MOST, this.#waiting.size + MORE_THAN_WAITING),
    });
    const now = performance.now();
    for (const hit of hits) {
      const waiting = this.#waiting.get(hit.accession);
      if (waiting === undefined) continue;
      const { simulated, acknowledgedAt } = waiting;
      const whole =
        hit.status === simulated.reports.at(-1)?.status &&
        hit.images.filter((image) => (image.embedded || !this.#embedded) && image.thumbnail !== null)
          .length === simulated.images.length;
      if (!whole) continue;
      this.#waiting.delete(hit.accession);
      this.#lastFoundAt = now;
      this.delays.push(Math.max(0, now - acknowledgedAt) / 1000);
    }
  }
}
