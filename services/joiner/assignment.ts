import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, ERRORS } from '../../core/errors.ts';
import { isKafkaError } from '../../platform/kafka/keep-running.ts';
import { MAX_TAKE_BACKOFF_MS, MIN_TAKE_BACKOFF_MS } from './limits.ts';
import type { OwnedPartition } from './owned-partition.ts';
import type { Positions } from './partition-producer.ts';

export interface AssignmentOptions {
  /** stops fetching both inputs of a partition, at once */
  pause(partition: number): void;
  /** fetches both inputs of a partition from these positions on */
  resume(partition: number, positions: Positions): void;
  take(partition: number): Promise<{ owned: OwnedPartition; positions: Positions }>;
  /** told of a partition that is ours now, before anything of its inputs is handed to it */
  isOurs(partition: number, owned: OwnedPartition): void;
  /** told whenever something changes */
  changed(assigned: number, owned: number, isSettled: (partition: number) => boolean): void;
  /** an error that passes; it is tried again */
  notTaken(partition: number, error: unknown): void;
  /** an error that trying again does not help */
  fail(error: unknown): void;
}

/**
 * The partitions that the group has given us, and those of them that are ours already. Every assignment is a taking,
 * also of what we had: another member may have had it between, and a cache that is up to date makes it cheap.
 */
export class Assignment {
  readonly #options: AssignmentOptions;
  readonly #owned = new Map<number, OwnedPartition>();
  /** the end of the last taking or giving up of a partition: takings of one partition never overlap */
  readonly #busy = new Map<number, Promise<void>>();
  #assigned: ReadonlySet<number> = new Set();
  /** grows with every assignment; a taking for an older one is given up */
  #round = 0;

  constructor(options: AssignmentOptions) {
    this.#options = options;
  }

  /** Must run before anything is fetched under the new assignment: kafkajs calls its GROUP_JOIN listeners in time. */
  assign(partitions: readonly number[]): void {
    this.#round++;
    this.#assigned = new Set(partitions);
    for (const partition of partitions) this.#options.pause(partition);
    for (const partition of new Set([...this.#owned.keys(), ...partitions])) this.#takeAgain(partition);
    this.#tell();
  }

  /** The partition, when it is ours to work on. */
  get(partition: number): OwnedPartition | undefined {
    return this.#owned.get(partition);
  }

  /** All that are ours to work on. */
  get owned(): ReadonlyMap<number, OwnedPartition> {
    return this.#owned;
  }

  /** After an error of a partition: it is taken again. */
  lost(partition: number, owned: OwnedPartition): void {
    if (this.#owned.get(partition) !== owned) return;
    if (this.#assigned.has(partition)) this.#pause(partition);
    this.#takeAgain(partition);
    this.#tell();
  }

  /** Gives everything up. */
  async stop(): Promise<void> {
    this.assign([]);
    await Promise.all(this.#busy.values());
  }

  /** A consumer that has crashed cannot be paused. It fetches nothing, and begins with a pause when it joins again. */
  #pause(partition: number): void {
    try {
      this.#options.pause(partition);
    } catch (error) {
      if (!isKafkaError(error)) throw error;
    }
  }

  #takeAgain(partition: number): void {
    const owned = this.#owned.get(partition);
    this.#owned.delete(partition);
    const round = this.#round;
    const before = this.#busy.get(partition) ?? Promise.resolve();
    this.#busy.set(
      partition,
      before.then(async () => {
        await owned?.close();
        await this.#take(partition, round);
      }),
    );
  }

  async #take(partition: number, round: number): Promise<void> {
    const current = (): boolean => round === this.#round && this.#assigned.has(partition);
    for (let attempt = 0; current(); attempt++) {
      try {
        const { owned, positions } = await this.#options.take(partition);
        if (!current()) return await owned.close();
        try {
          this.#options.resume(partition, positions);
        } catch (error) {
          await owned.close();
          throw error;
        }
        this.#owned.set(partition, owned);
        this.#options.isOurs(partition, owned);
        return this.#tell();
      } catch (error) {
        if (!passes(error)) return this.#options.fail(error);
        this.#options.notTaken(partition, error);
        await sleep(Math.min(MAX_TAKE_BACKOFF_MS, MIN_TAKE_BACKOFF_MS * 2 ** Math.min(attempt, 10)));
      }
    }
  }

  #tell(): void {
    const settled = (partition: number) => this.#owned.has(partition) || !this.#assigned.has(partition);
    this.#options.changed(this.#assigned.size, this.#owned.size, settled);
  }
}

/** Errors of kafkajs are those of a broker that is away, or of a consumer that kafkajs starts again. */
function passes(error: unknown): boolean {
  return isKafkaError(error) || ERRORS[codeOf(error)][0] === 'retry';
}
