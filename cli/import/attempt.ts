import { InterleaveError } from '../../core/errors.ts';
import type { Door } from './gateway-door.ts';
import type { ImportOutcome, ImportSink } from './import-source.ts';
import type { Turns } from './turns.ts';

export interface AttemptOptions {
  door: Door;
  /** null where nothing is sent, and nobody has to wait */
  turns: Turns | null;
  signal: AbortSignal;
  /** told as they come, be it that the unit comes again */
  told(outcome: ImportOutcome): void;
}

/** One try to bring a unit: what it tells counts when all of it was brought. */
export class Attempt implements ImportSink {
  readonly signal: AbortSignal;
  readonly outcomes: ImportOutcome[] = [];
  readonly passedOver: string[] = [];
  /** why a gateway lets nobody in: that is no matter of this unit */
  locked: InterleaveError | null = null;
  readonly #options: AttemptOptions;
  /** turns that were taken and not answered yet */
  #taken = 0;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.signal = options.signal;
  }

  async turn(count: number): Promise<void> {
    this.signal.throwIfAborted();
    await this.#options.turns?.take(count, this.signal);
    this.#taken += count;
  }

  async sendMessage(item: string, message: Buffer): Promise<void> {
    this.done(await this.#through(this.#options.door.message(item, message)));
  }

  async sendObject(item: string, object: Buffer): Promise<ImportOutcome> {
    const outcome = await this.#through(this.#options.door.object(item, object));
    this.done(outcome);
    return outcome;
  }

  done(outcome: ImportOutcome): void {
    this.#answered(Math.min(1, this.#taken));
    this.outcomes.push(outcome);
    this.#options.told(outcome);
  }

  passOver(item: string): void {
    this.passedOver.push(item);
  }

  /** Gives back the turns of what was not sent. */
  end(): void {
    this.#answered(this.#taken);
  }

  #answered(count: number): void {
    this.#taken -= count;
    this.#options.turns?.answered(count);
  }

  async #through(sent: Promise<ImportOutcome>): Promise<ImportOutcome> {
    try {
      return await sent;
    } catch (error) {
      if (error instanceof InterleaveError && error.kind !== 'retry') this.locked ??= error;
      throw error;
    }
  }
}
