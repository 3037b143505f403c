import { setTimeout as sleep } from 'node:timers/promises';
import {
  RESTART_FIRST_WAIT_MS,
  RESTART_HEALTHY_MS,
  RESTART_HOLD_POLL_MS,
  RESTART_LONGEST_WAIT_MS,
} from './limits.ts';
import { type Exit, ManagedProcess, type ProcessSpec } from './managed-process.ts';

export interface SupervisionOptions {
  /** Says in one line what happened to the child. */
  say(line: string): void;
  /** Called whenever there is another process behind the name. */
  changed?(): void;
  /** Whether another start would end the same way. Then there is none. */
  isFinal?(exit: Exit): boolean;
  /** Why it must not be started again at this moment, such as a disk without room; null where it may. Never rejects. */
  hold?(): Promise<string | null>;
  /** Why it ended, by its last lines; '' where they do not say. It is said before the next start, unless it was said last time. */
  why?(lines: readonly string[]): string;
  /** Called when it ended for good; its last lines are there. */
  endedForGood?(child: SupervisedProcess): void;
  firstWaitMs?: number;
  longestWaitMs?: number;
  healthyMs?: number;
  holdPollMs?: number;
}

/**
 * A child that is started again when it dies: at once-ish the first time, then after a wait that doubles up to a bound,
 * so that a child which cannot live neither floods the machine nor is given up.
 */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #options: Required<SupervisionOptions>;
  #current: ManagedProcess;
  #restarts = 0;
  #quickDeaths = 0;
  #stopping = false;
  #endedForGood = false;
  #timer: NodeJS.Timeout | undefined;
  #lastWords: string[] = [];
  #heldBy = '';
  #saidWhy = '';

  constructor(spec: ProcessSpec, options: SupervisionOptions) {
    this.spec = spec;
    this.#options = {
      changed: () => undefined,
      isFinal: () => false,
      hold: async () => null,
      why: () => '',
      endedForGood: () => undefined,
      firstWaitMs: RESTART_FIRST_WAIT_MS,
      longestWaitMs: RESTART_LONGEST_WAIT_MS,
      healthyMs: RESTART_HEALTHY_MS,
      holdPollMs: RESTART_HOLD_POLL_MS,
      ...options,
    };
    this.#current = this.#start();
  }

  get name(): string {
    return this.spec.name;
  }

  /** The newest process; it may have ended, when the next start is being waited for. */
  get current(): ManagedProcess {
    return this.#current;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** It ended for good and is not started again. */
  get endedForGood(): boolean {
    return this.#endedForGood;
  }

  /** The last lines that the process wrote, or where it has not written yet, the one before it. */
  lastLines(count: number): string[] {
    const lines = this.#current.lastLines(count);
    return lines.length > 0 ? lines : this.#lastWords.slice(-count);
  }

  /** Why it is not started again at this moment; '' where nothing keeps it. */
  get heldBy(): string {
    return this.#heldBy;
  }

  /** Ends the process that runs now; another is started as after any end. */
  async restart(): Promise<void> {
    await this.#current.stop();
  }

  /** Ends the process and starts no other. */
  async stop(graceMs?: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#current.stop(graceMs);
  }

  #start(): ManagedProcess {
    const child = new ManagedProcess(this.spec);
    void child.exited.then((exit) => this.#ended(child, exit));
    return child;
  }

  #ended(child: ManagedProcess, exit: Exit): void {
    if (this.#stopping) return;
    this.#lastWords = child.lastLines();
    if (this.#options.isFinal(exit)) {
      void this.#endForGood(child);
      return;
    }
    const healthy = Date.now() - child.startedAt >= this.#options.healthyMs;
    this.#quickDeaths = healthy ? 0 : this.#quickDeaths + 1;
    const wait = restartWait(this.#quickDeaths, this.#options.firstWaitMs, this.#options.longestWaitMs);
    const how = exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`;
    this.#options.say(
      `${this.name} ${how}; it is started again in ${wait / 1000} s (its log: ${this.spec.logFile})`,
    );
    this.#timer = setTimeout(() => void this.#startAgain(child), wait);
  }

  async #startAgain(dead: ManagedProcess): Promise<void> {
    // What the dead one itself had started must not stand in the way of the next.
    await dead.stop(0);
    this.#sayWhy(dead);
    await this.#untilNotHeld();
    if (this.#stopping) return;
    this.#restarts++;
    this.#current = this.#start();
    this.#options.changed();
  }

  #sayWhy(dead: ManagedProcess): void {
    const why = this.#options.why(dead.lastLines());
    if (why !== '' && why !== this.#saidWhy && !this.#stopping) this.#options.say(`${this.name}: ${why}`);
    this.#saidWhy = why;
  }

  async #untilNotHeld(): Promise<void> {
    for (;;) {
      const why = this.#stopping ? null : await this.#options.hold();
      if (why === null) break;
      if (this.#heldBy === '') this.#options.say(`${this.name} is not started again yet: ${why}`);
      this.#heldBy = why;
      await sleep(this.#options.holdPollMs);
    }
    if (this.#heldBy !== '') this.#quickDeaths = 0;
    this.#heldBy = '';
  }

  async #endForGood(child: ManagedProcess): Promise<void> {
    // What it had started may still hold its output open.
    await child.stop(0);
    await child.silent;
    this.#lastWords = child.lastLines();
    this.#endedForGood = true;
    if (!this.#stopping) this.#options.endedForGood(this);
  }
}

/** The wait before a restart: doubles with each death that came soon after the start. */
export function restartWait(quickDeaths: number, firstWaitMs: number, longestWaitMs: number): number {
  return Math.min(firstWaitMs * 2 ** Math.max(0, quickDeaths - 1), longestWaitMs);
}
