import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, ERRORS, InterleaveError } from '../../core/errors.ts';
import { Attempt, type AttemptOptions } from './attempt.ts';
import type { ImportOutcome, ImportSource, ImportUnit } from './import-source.ts';
import { FIRST_RETRY_MS, MAX_LEFT_IN_A_ROW, MAX_RETRY_MS, MAX_UNIT_TRIES, UNITS_AT_ONCE } from './limits.ts';

export interface ImportOptions extends Omit<AttemptOptions, 'signal'> {
  /** what was brought before is not brought again, and what is brought now is written down; null for a dry run */
  done: {
    refusedOf(key: string): readonly ImportOutcome[] | null;
    add(key: string, refused: readonly ImportOutcome[]): Promise<void>;
  } | null;
  /** aborted when the import is to end */
  signal: AbortSignal;
  /** a unit was looked at that an earlier import has brought, and what was refused of it then */
  known(refused: readonly ImportOutcome[]): void;
  /** a unit was brought: these count */
  brought(outcomes: readonly ImportOutcome[], passedOver: readonly string[]): void;
  passOver(item: string): void;
  /** a unit could not be brought: the next import tries it again */
  left(code: string, item: string): void;
  /** a unit has to wait, and why */
  waiting(code: string, waitMs: number): void;
  /** for tests: the first wait, and the longest */
  waits?: { firstMs: number; mostMs: number };
}

/**
 * Brings all units of a source, some at a time. Resolves when all were brought or left, or `signal` is aborted and what was
 * under way has ended. Rejects where the source ends with an error, where a unit has a fatal one, where a gateway lets us in no
 * more, where so many units in a row were left that the rest would be, too, and where no unit can be written down any more.
 */
export async function runImport(source: ImportSource, options: ImportOptions): Promise<void> {
  const running = new Set<Promise<void>>();
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  setMaxListeners(0, signal); // each message that waits for its turn listens
  const run = new ImportRun({ ...options, signal });
  let failed: unknown = null;
  const fail = (error: unknown) => {
    failed ??= error;
    ending.abort(error);
  };
  try {
    for await (const unit of source.units(signal, options)) {
      if (signal.aborted) break;
      const known = options.done?.refusedOf(unit.key) ?? null;
      if (known !== null) {
        options.known(known);
        continue;
      }
      const one: Promise<void> = run
        .bring(unit)
        .catch(fail)
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= UNITS_AT_ONCE) await Promise.race(running);
      if (signal.aborted) break;
    }
  } catch (error) {
    if (!signal.aborted) fail(error);
  }
  await Promise.all(running);
  if (failed !== null) throw failed;
}

class ImportRun {
  readonly #options: ImportOptions;
  /** units that were left since the last one that was brought */
  #leftInARow = 0;

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  async bring(unit: ImportUnit): Promise<void> {
    const { signal, waits = { firstMs: FIRST_RETRY_MS, mostMs: MAX_RETRY_MS } } = this.#options;
    for (let tries = 1, waitMs = waits.firstMs; !signal.aborted; tries++) {
      const error = await this.#try(unit);
      if (error === null || signal.aborted) return;
      const passes = error instanceof InterleaveError && error.kind === 'retry';
      if (!passes || tries === MAX_UNIT_TRIES) return this.#leave(unit, error, passes);
      this.#options.waiting(codeOf(error), waitMs);
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(2 * waitMs, waits.mostMs);
    }
  }

  /** Resolves to what went wrong, null for nothing. */
  async #try(unit: ImportUnit): Promise<unknown> {
    const attempt = new Attempt(this.#options);
    try {
      await unit.bring(attempt);
    } catch (error) {
      if (attempt.locked !== null) throw attempt.locked;
      return error;
    } finally {
      attempt.end();
    }
    this.#leftInARow = 0;
    // First what it holds, then that it is done: what is told and not written down is brought and told again.
    this.#options.brought(attempt.outcomes, attempt.passedOver);
    const refused = attempt.outcomes.filter(({ accepted }) => !accepted);
    await this.#options.done?.add(unit.key, refused);
    return null;
  }

  #leave({ item }: ImportUnit, error: unknown, passes: boolean): void {
    const code = codeOf(error);
    this.#options.left(code, item);
    // What is wrong with a unit itself (a file that may not be read) says nothing of the next one.
    if (!passes) {
      if (ERRORS[code][0] === 'fatal') throw error;
      return;
    }
    this.#leftInARow += 1;
    if (this.#leftInARow >= MAX_LEFT_IN_A_ROW) throw error;
  }
}
