import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 20;

/** Whether images that come in are at work, so that stored ones give way to them. */
export class LiveTraffic {
  #polls = 0;

  /** Counts as traffic while `work` runs. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#polls++;
    try {
      return await work();
    } finally {
      this.#polls--;
    }
  }

  /** Resolves when nothing that came in is at work, and after `limitMs` all the same. */
  async givesWay(limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while (this.#polls > 0 && performance.now() < end) await sleep(LOOK_MS);
  }
}
