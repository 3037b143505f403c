import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../core/errors.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { CaseCache } from './case-cache.ts';
import type { ErasedCases } from './erased-cases.ts';
import { MAX_ERASE_BACKOFF_MS, MIN_ERASE_BACKOFF_MS } from './limits.ts';

export interface EraseBytesOptions {
  objects: Pick<ObjectStore, 'eraseCase'>;
  erased: Pick<ErasedCases, 'decidedAt'>;
  cache: Pick<CaseCache, 'markErased' | 'markBytesCame'>;
  log: Logger;
  done(): void;
}

/**
 * Erases the bytes of cases in the object store, one after the other, and remembers it. What was not done when the process
 * ended is begun again at the next taking of its partition. A store that is away holds up nothing but this.
 */
export class EraseBytes {
  readonly #options: EraseBytesOptions;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<string>();
  /** bytes came again since their erasure began */
  readonly #came = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(options: EraseBytesOptions) {
    this.#options = options;
  }

  /** Only cases whose erasure was decided: of others nothing is touched. */
  add(caseIds: readonly string[]): void {
    for (const caseId of caseIds)
      if (this.#options.erased.decidedAt(caseId) !== null) this.#waiting.add(caseId);
    if (this.#isRunning || this.#waiting.size === 0) return;
    this.#isRunning = true;
    this.#running = this.#run();
  }

  /** Bytes of erased cases came again: remembered before the record is committed that says so, so that no crash leaves them. */
  async bytesCame(caseIds: readonly string[]): Promise<void> {
    for (const caseId of caseIds) {
      this.#came.add(caseId);
      await this.#options.cache.markBytesCame(caseId);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, done } = this.#options;
    const { signal } = this.#stopping;
    for (let failures = 0; this.#waiting.size > 0 && !signal.aborted; ) {
      const [caseId = ''] = this.#waiting;
      this.#waiting.delete(caseId); // what comes while it is erased asks for it again
      try {
        await this.#erase(caseId);
        failures = 0;
        log.info({ caseId }, 'case.erased');
        done();
      } catch (error) {
        this.#waiting.add(caseId);
        log.error({ caseId, code: codeOf(error), err: error }, 'case.not.erased');
        const backoff = MIN_ERASE_BACKOFF_MS * 2 ** Math.min(failures++, 10);
        await sleep(Math.min(MAX_ERASE_BACKOFF_MS, backoff), undefined, { signal }).catch(() => undefined);
      }
    }
    this.#isRunning = false;
  }

  async #erase(caseId: string): Promise<void> {
    const { objects, erased, cache } = this.#options;
    const decidedAt = erased.decidedAt(caseId);
    if (decidedAt === null) return;
    this.#came.delete(caseId);
    await objects.eraseCase(caseId);
    if (!this.#came.has(caseId)) await cache.markErased(caseId, decidedAt);
  }
}
