import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 20;

/** Whether what comes in is at work, so that what is stored gives way to it. */
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
