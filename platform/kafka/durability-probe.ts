import { codeOf, ERRORS, type ErrorCode } from '../../core/errors.ts';
import type { Readiness } from '../process/readiness.ts';

/** Between two looks whether what failed works again. */
export const PROBE_INTERVAL_MS = 2_000;

/**
 * Shows in readiness whether something could be made durable now: the last message or object tells, and after one that
 * could not be kept a probe looks until it succeeds, so that readiness does not wait for traffic.
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

  /** The outcome of one message or object: null where it was kept. Only what passes by itself counts against us. */
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
