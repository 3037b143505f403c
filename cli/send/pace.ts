import { setTimeout as sleep } from 'node:timers/promises';

/** Waits so that turns come at a steady rate (per second); without one, not at all. A late turn is not made up for. */
export class Pace {
  readonly #intervalMs: number;
  #next = 0;

  constructor(rate: number | undefined) {
    this.#intervalMs = rate === undefined ? 0 : 1000 / rate;
  }

  async turn(): Promise<void> {
    const now = performance.now();
    this.#next = Math.max(this.#next, now);
    const wait = this.#next - now;
    this.#next += this.#intervalMs;
    if (wait > 0) await sleep(wait);
  }
}
