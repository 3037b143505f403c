import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../core/errors.ts';
import { LAG_LOOK_MS } from './limits.ts';

export interface TurnsOptions {
  /** records that lie before the services; rejects where nobody can say */
  lag: () => Promise<number>;
  /** how many may lie there, with what is on its way */
  maxLag: number;
  /** between two looks */
  lookMs?: number;
}

/** Why nobody has a turn now. */
export type Waiting = { why: 'LAG'; lag: number } | { why: 'UNKNOWN'; code: string } | null;

interface Waiter {
  count: number;
  go(): void;
}

/**
 * Lets an archive go on only as far as the live feed leaves room: what lies before the services at the last look, and what was
 * let go and may not have been counted there, are together no more than `maxLag`. Where nobody can say how much lies there,
 * nobody has a turn. Who asks first goes first.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #ending = new AbortController();
  readonly #waiters: Waiter[] = [];
  readonly #looking: Promise<void>;
  /** of the last look; null where it failed, or before the first */
  #lag: number | null = null;
  #failed = '';
  /** let go and not answered */
  #onTheWay = 0;
  /** answered when the last look had begun: its lag may not hold them */
  #uncounted = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#looking = this.#look();
  }

  /** Resolves when `count` more may go; whoever took them says when they are answered. Rejects when `signal` is aborted. */
  async take(count: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason);
        this.#serve();
      };
      const go = () => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const waiter: Waiter = { count, go };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  /** What was let go lies before the services now, or will never come. */
  answered(count: number): void {
    this.#onTheWay -= count;
    this.#uncounted += count;
  }

  /** Null while there are turns to be had, or nobody asks. */
  get waiting(): Waiting {
    if (this.#waiters.length === 0) return null;
    return this.#lag === null ? { why: 'UNKNOWN', code: this.#failed } : { why: 'LAG', lag: this.#lag };
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { lag, lookMs = LAG_LOOK_MS } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const counted = this.#uncounted;
      try {
        this.#lag = await lag();
        this.#uncounted -= counted;
      } catch (error) {
        this.#lag = null;
        this.#failed = codeOf(error);
      }
      this.#serve();
      await sleep(lookMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #serve(): void {
    for (let next = this.#waiters[0]; next !== undefined && this.#hasRoom(next); next = this.#waiters[0]) {
      this.#waiters.shift();
      this.#onTheWay += next.count;
      next.go();
    }
  }

  /** Who asks for many goes when half of the room is free: on a live feed all of it seldom is. */
  #hasRoom({ count }: Waiter): boolean {
    if (this.#lag === null) return false;
    const { maxLag } = this.#options;
    const room = maxLag - this.#lag - this.#onTheWay - this.#uncounted;
    return room >= Math.min(count, Math.ceil(maxLag / 2));
  }
}
