import { InterleaveError } from '../../core/errors.ts';
import { meaning } from '../send/outcome.ts';
import type { ImportOutcome, ImportSource } from './import-source.ts';
import type { ImportParts } from './open-parts.ts';
import { Progress } from './progress.ts';
import { type ImportOptions, runImport } from './run-import.ts';
import { type ImportSummary, summaryOf } from './summary.ts';
import { Tally } from './tally.ts';
import { ImportTeller } from './tell-import.ts';

export interface SessionParts extends ImportParts {
  /** send what was sent before, too */
  again: boolean;
  say(line: string): void;
}

/** One import from its source to its summary, with what is shown on the way. */
export class ImportSession {
  readonly #parts: SessionParts;
  readonly #stopping = new AbortController();
  readonly #progress = new Progress();
  readonly #tally = new Tally();
  /** units that could not be brought */
  readonly #left = new Tally();
  readonly #teller: ImportTeller;
  #brought = 0;
  #toldWait = { code: '', at: 0 };

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#teller = new ImportTeller({
      progress: this.#progress,
      waiting: () => parts.turns?.waiting ?? null,
      say: parts.say,
      terminal: terminalOf(process.stderr),
    });
  }

  /** What is under way ends in good order, and nothing new begins. */
  stop(): void {
    if (!this.#stopping.signal.aborted) this.#teller.say('· Stopping: what is under way is ended …');
    this.#stopping.abort();
  }

  /** Closes the source. What ended it before its end (`runImport`) is in the summary, with all that was done until then. */
  async run(source: ImportSource): Promise<ImportSummary> {
    const began = performance.now();
    const counting = new AbortController();
    const counted = this.#countAhead(source, counting.signal);
    let error: InterleaveError | null = null;
    try {
      await runImport(source, this.#options());
    } catch (cause) {
      if (!(cause instanceof InterleaveError) || cause.code === 'INTERNAL') throw cause;
      error = cause;
    } finally {
      counting.abort();
      await counted;
      this.#teller.end();
      await source.close();
    }
    return summaryOf({
      tally: this.#tally,
      brought: this.#brought,
      doneBefore: this.#progress.known,
      left: this.#left.refused,
      finished: error === null && !this.#stopping.signal.aborted,
      error,
      seconds: (performance.now() - began) / 1000,
    });
  }

  #options(): ImportOptions {
    const { door, turns, done, again } = this.#parts;
    return {
      door,
      turns,
      signal: this.#stopping.signal,
      done: done === null || !again ? done : { refusedOf: () => null, add: (...unit) => done.add(...unit) },
      told: () => {
        this.#progress.items += 1;
      },
      known: (refused) => {
        this.#progress.known += 1;
        this.#count(refused);
      },
      brought: (outcomes, passedOver) => this.#wasBrought(outcomes, passedOver),
      passOver: () => {
        this.#tally.passedOver += 1;
      },
      left: (code, item) => {
        this.#progress.units += 1;
        this.#left.refuse(code, item);
      },
      waiting: (code, waitMs) => this.#sayWaiting(code, waitMs),
    };
  }

  /** Once for the units that wait together. */
  #sayWaiting(code: string, waitMs: number): void {
    const now = performance.now();
    if (code === this.#toldWait.code && now - this.#toldWait.at < SAME_WAIT_MS) return;
    this.#toldWait = { code, at: now };
    this.#teller.say(`! ${code}${meaning(code)}: it is tried again in ${Math.ceil(waitMs / 1000)} s`);
  }

  #wasBrought(outcomes: readonly ImportOutcome[], passedOver: readonly string[]): void {
    this.#count(outcomes);
    this.#tally.passedOver += passedOver.length;
    this.#progress.units += 1;
    this.#brought += 1;
  }

  #count(outcomes: readonly ImportOutcome[]): void {
    for (const outcome of outcomes) {
      this.#tally.add(outcome);
      if (!outcome.accepted) this.#parts.refused?.write(outcome);
    }
  }

  /** Nobody waits for it, and where it fails there is no bar. */
  async #countAhead(source: ImportSource, signal: AbortSignal): Promise<void> {
    if (source.total === undefined) return;
    const found = (units: number) => {
      this.#progress.total = { units, isWhole: false };
    };
    const units = await source.total(signal, found).catch(() => null);
    this.#progress.total = units === null || signal.aborted ? null : { units, isWhole: true };
  }
}

/** Between two lines that say the same of units that have to wait. */
const SAME_WAIT_MS = 5_000;

function terminalOf(stream: NodeJS.WriteStream) {
  if (!stream.isTTY) return null;
  return { write: (text: string) => void stream.write(text), columns: () => stream.columns };
}
