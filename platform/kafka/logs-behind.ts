import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { Logger } from '../process/log.ts';
import type { Readiness } from '../process/readiness.ts';
import { LOG_REMEDY } from './log-mark.ts';

const CODE: ErrorCode = 'LOG_WENT_BACK';

/** The partitions of one service whose log went back: told once each in the log, and as long as it holds by `/readyz`. */
export class LogsBehind {
  readonly #ready: Readiness;
  readonly #log: Logger;
  readonly #partitions = new Set<number>();

  constructor(ready: Readiness, log: Logger) {
    this.#ready = ready;
    this.#log = log;
  }

  /** False where the error is another one. */
  add(partition: number, error: unknown): boolean {
    if (codeOf(error) !== CODE) return false;
    if (!this.#partitions.has(partition))
      this.#log.error({ code: CODE, partition, err: error }, 'log.went.back');
    this.#partitions.add(partition);
    this.#tell();
    return true;
  }

  /** Forgets those of which this does not hold. */
  keep(holds: (partition: number) => boolean): void {
    for (const partition of [...this.#partitions]) if (!holds(partition)) this.#partitions.delete(partition);
    this.#tell();
  }

  has(partition: number): boolean {
    return this.#partitions.has(partition);
  }

  get partitions(): number[] {
    return [...this.#partitions].sort((a, b) => a - b);
  }

  #tell(): void {
    const { partitions } = this;
    const ok = partitions.length === 0;
    this.#ready.set('log', ok, ok ? '' : `${CODE} in partition ${partitions.join(', ')}: ${LOG_REMEDY}`);
  }
}
