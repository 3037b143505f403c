/**
 * Shows in readiness whether an object could be made durable now: the last one tells, and after one that could not be
 * kept a probe looks until it succeeds, so that readiness does not wait for traffic.
 */
import { codeOf, ERRORS, type ErrorCode } from '../../core/errors.ts';
import type { Readiness } from '../../platform/lifecycle.ts';
import { PROBE_INTERVAL_MS } from './limits.ts';

export class DurabilityProbe {
  readonly #ready: Readiness;
  readonly #probe: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor(ready: Readiness, probe: () => Promise<void>) {
    this.#ready = ready;
    this.#probe = probe;
    this.#holds();
  }

  /** The outcome of one object: null where it was stored. */
  saw(code: ErrorCode | null): void {
    if (code === null) this.#holds();
    else if (ERRORS[code][0] === 'retry') this.#fails(code);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #holds(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ready.set('durable', true);
  }

  #fails(code: ErrorCode): void {
    this.#ready.set('durable', false, code);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#probe().then(
        () => this.#holds(),
        (error: unknown) => this.#fails(codeOf(error)),
      );
    }, PROBE_INTERVAL_MS);
  }
}
