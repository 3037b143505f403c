import { BATCH_DOCUMENT_SHARE, MAX_BATCH_TIMES } from './limits.ts';

/** The time of one batch, from now on: whoever sent it waits for the answer to all of its messages. */
export class BatchTime {
  readonly #start: number;
  readonly #answerTimeoutMs: number;
  readonly #now: () => number;
  #failed = false;

  constructor(answerTimeoutMs: number, now: () => number = () => performance.now()) {
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#now = now;
    this.#start = now();
  }

  /** For the documents of its messages; 0 when none is to be read any more. */
  get documentsMs(): number {
    return Math.max(0, this.#answerTimeoutMs * BATCH_DOCUMENT_SHARE - this.#spent);
  }

  /** A message was answered that it is to be sent again. */
  failed(): void {
    this.#failed = true;
  }

  /** No more messages are begun. */
  get isOver(): boolean {
    return this.#spent >= this.#answerTimeoutMs * (this.#failed ? 1 : MAX_BATCH_TIMES);
  }

  get #spent(): number {
    return this.#now() - this.#start;
  }
}
