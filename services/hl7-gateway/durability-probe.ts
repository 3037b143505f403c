import { codeOf, ERRORS } from '../../core/errors.ts';
import type { Readiness } from '../../platform/lifecycle.ts';
import { PROBE_INTERVAL_MS } from './limits.ts';
import type { Outcome } from './recent-messages.ts';

/**
 * Shows in readiness whether a message could be made durable now: the last message tells, and after one that could not
 * be kept a probe looks until it succeeds, so that readiness does not wait for traffic.
 */
export class DurabilityProbe {
  readonly #ready: Readiness;
  readonly #probe: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor(ready: Readiness, probe: () => Promise<void>) {
    this.#ready = ready;
    this.#probe = probe;
    ready.set('durable', true);
  }

  saw(outcome: Outcome): void {
    if (outcome === null) this.#holds();
    else if (ERRORS[outcome][0] === 'retry') this.#fails(outcome);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #holds(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ready.set('durable', true);
  }

  #fails(detail: string): void {
    this.#ready.set('durable', false, detail);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#probe().then(
        () => this.#holds(),
        (error: unknown) => this.#fails(codeOf(error)),
      );
    }, PROBE_INTERVAL_MS);
  }
}
