import type { ErrorCode } from '../../core/errors.ts';
import { MAX_REMEMBERED_MESSAGES } from './limits.ts';

/** Null: accepted. */
export type AnswerCode = ErrorCode | null;

export type Admission = { standing: 'NEW'; outcome: AnswerCode } | { standing: 'REPEAT' | 'REUSED' };

interface Remembered {
  bodyDigest: string;
  at: number;
  outcome: Promise<AnswerCode>;
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

  /**
   * Runs `attempt`, unless the message is a repeat of an accepted one or has the MSH-10 of another. While that other one
   * is under way its outcome is waited for (`waiting` is called then): if it fails, this one is new. `attempt` never rejects.
   */
  async admit(
    message: { key: string; bodyDigest: string; now: number },
    attempt: () => Promise<AnswerCode>,
    waiting: () => void = () => undefined,
  ): Promise<Admission> {
    for (;;) {
      const known = this.#known.get(message.key);
      if (known === undefined || message.now - known.at > this.#rememberMs) break;
      waiting();
      if ((await known.outcome) === null)
        return { standing: known.bodyDigest === message.bodyDigest ? 'REPEAT' : 'REUSED' };
      if (this.#known.get(message.key) === known) this.#known.delete(message.key);
    }
    return { standing: 'NEW', outcome: await this.#remember(message, attempt()) };
  }

  async #remember(
    { key, bodyDigest, now }: { key: string; bodyDigest: string; now: number },
    outcome: Promise<AnswerCode>,
  ): Promise<AnswerCode> {
    const remembered = { bodyDigest, at: now, outcome };
    this.#known.delete(key);
    this.#known.set(key, remembered);
    this.#forgetOld(now);
    const result = await outcome;
    if (result !== null && this.#known.get(key) === remembered) this.#known.delete(key);
    return result;
  }

  #forgetOld(now: number): void {
    for (const [key, { at }] of this.#known) {
      if (this.#known.size <= this.#maxMessages && now - at <= this.#rememberMs) return;
      this.#known.delete(key);
    }
  }
}
