import type { ErrorCode } from '../../core/errors.ts';
import { MAX_REMEMBERED_MESSAGES } from './limits.ts';

/** Null: accepted. */
export type Outcome = ErrorCode | null;

interface Remembered {
  bodyDigest: string;
  at: number;
  outcome: Promise<Outcome>;
}

/**
 * The messages accepted lately, by sender and MSH-10, so that a repeat is answered again without a second event and
 * another message under the same MSH-10 is noticed. Bounded by time, since counters of senders start again, and by
 * number. Only a convenience: a repeat that slips through gives an event with the same id, which does nothing.
 */
export class RecentMessages {
  readonly #known = new Map<string, Remembered>();
  readonly #rememberMs: number;
  readonly #maxMessages: number;

  constructor(options: { rememberMs: number; maxMessages?: number }) {
    this.#rememberMs = options.rememberMs;
    this.#maxMessages = options.maxMessages ?? MAX_REMEMBERED_MESSAGES;
  }

  get size(): number {
    return this.#known.size;
  }

  /** How this message stands to the one remembered under its key; waits while that one is under way. */
  async compare(key: string, bodyDigest: string, now: number): Promise<'NEW' | 'REPEAT' | 'REUSED'> {
    const known = this.#known.get(key);
    if (known === undefined || now - known.at > this.#rememberMs) return 'NEW';
    if ((await known.outcome) !== null) return 'NEW';
    return known.bodyDigest === bodyDigest ? 'REPEAT' : 'REUSED';
  }

  /** Remembers a message that is being accepted; forgets it should that fail. `outcome` never rejects. */
  remember(key: string, bodyDigest: string, now: number, outcome: Promise<Outcome>): void {
    const remembered = { bodyDigest, at: now, outcome };
    this.#known.delete(key);
    this.#known.set(key, remembered);
    this.#forgetOld(now);
    void outcome.then((result) => {
      if (result !== null && this.#known.get(key) === remembered) this.#known.delete(key);
    });
  }

  #forgetOld(now: number): void {
    for (const [key, { at }] of this.#known) {
      if (this.#known.size <= this.#maxMessages && now - at <= this.#rememberMs) return;
      this.#known.delete(key);
    }
  }
}
