import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchClient } from '../../harness/search-client.ts';

/** Searches that any thousand chest reports answer. */
const WORDS = [
  'pneumothorax',
  'pleural effusion',
  'cardiomegaly',
  'opacity left lower lobe',
  'no edema',
  'mass',
];
/** Between two searches of one client: a person reads before the next. */
const PAUSE_MS = 250;

/** Clients that search one after the other until they are stopped; one that fails or finds nothing is counted. */
export class SearchingClients {
  /** seconds of each search that was answered */
  readonly seconds: number[] = [];
  readonly failures: string[] = [];
  #over = false;
  readonly #running: Promise<void>[];

  constructor(search: SearchClient, count: number) {
    this.#running = Array.from({ length: count }, (_, client) => this.#run(search, client));
  }

  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#running);
  }

  async #run(search: SearchClient, client: number): Promise<void> {
    for (let turn = client; !this.#over; turn++) {
      const words = WORDS[turn % WORDS.length] ?? '';
      const began = performance.now();
      try {
        const hits = await search.search(words, { size: 20 });
        this.seconds.push((performance.now() - began) / 1000);
        if (hits.length === 0) this.failures.push(`nothing found for "${words}"`);
      } catch (error) {
        this.failures.push(
          `${String(error)} ${error instanceof Error ? String(error.cause ?? '') : ''}`.trim(),
        );
      }
      await sleep(PAUSE_MS);
    }
  }
}
