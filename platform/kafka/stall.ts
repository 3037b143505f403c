import { STALL_TIMEOUT_MS } from './limits.ts';

/**
 * Tells a consumer that has stalled from one that waits: it has where it is seen to be behind, again and again, for
 * `STALL_TIMEOUT_MS`, and commits nothing. While the broker does not answer nobody can commit: that time does not count,
 * or each consumer would be taken for stalled as soon as a broker comes back that was away for long.
 */
export class Stall {
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** It committed something, or works on what it has. */
  progressed(now: number): void {
    this.#since = now;
  }

  /** Whether it is stalled, by what was seen: whether it is behind, or null where the broker did not say. */
  saw(behind: boolean | null, now: number): boolean {
    if (behind !== true) this.#since = now;
    return now - this.#since > STALL_TIMEOUT_MS;
  }
}
