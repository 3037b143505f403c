import { InterleaveError } from '../../core/errors.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { markOf } from '../../platform/kafka/log-mark.ts';
import type { CaseCache } from './case-cache.ts';
import { type Joined, joinRecords } from './join-records.ts';
import type { Taken } from './take-partition.ts';

export interface OwnedPartitionOptions {
  partition: number;
  taken: Taken;
  cache: CaseCache;
  /** whether an input may go on after a gap */
  acceptGap(topic: string, from: number): boolean;
  /** keeps what no case holds, durably, before the inputs are committed */
  refuse(refused: Joined['refused']): Promise<void>;
  /** called after each transaction */
  committed(joined: Joined, records: readonly ConsumedRecord[], seconds: number): void;
}

interface Submitted {
  topic: string;
  records: readonly ConsumedRecord[];
  /** the offset after the last record */
  next: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * One partition number in our hands: both inputs, the states and the output. One transaction is under way at a time;
 * what both inputs submit meanwhile goes into the next together. The first error ends it: every later submission fails,
 * and the partition must be taken again.
 */
export class OwnedPartition {
  readonly #options: OwnedPartitionOptions;
  readonly #positions: Map<string, number>;
  #queue: Submitted[] = [];
  #running: Promise<void> | null = null;
  #ended: Error | null = null;

  constructor(options: OwnedPartitionOptions) {
    this.#options = options;
    this.#positions = options.taken.positions;
  }

  /**
   * Resolves when the records are merged and committed. `from` is the offset that was asked for when they were fetched:
   * more than the next one we wait for means that they were fetched before the partition was taken. Throws
   * `PARTITION_LOST` then, or what ended the partition.
   */
  submit(topic: string, from: number, records: readonly ConsumedRecord[]): Promise<void> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const position = this.#positions.get(topic);
    const last = records.at(-1);
    if (last === undefined) return Promise.resolve();
    if (position === undefined || (from > position && !this.#options.acceptGap(topic, from)))
      return Promise.reject(
        new InterleaveError('PARTITION_LOST', `${topic} goes on at ${from}, not ${position}.`),
      );
    return new Promise((resolve, reject) => {
      this.#queue.push({ topic, records, next: last.offset + 1, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Takes no more, waits for the transaction under way, lets go of the producer. */
  async close(): Promise<void> {
    this.#end(new InterleaveError('PARTITION_LOST'));
    await this.#running;
    await this.#options.taken.producer.disconnect().catch(() => undefined);
  }

  async #drain(): Promise<void> {
    // One turn of the event loop, so that both inputs of one fetch go into one transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 && this.#ended === null) {
      const submitted = this.#queue;
      this.#queue = [];
      try {
        await this.#commit(submitted);
        for (const { resolve } of submitted) resolve();
      } catch (error) {
        this.#end(error instanceof Error ? error : new InterleaveError('INTERNAL'));
        for (const { reject } of submitted) reject(error);
      }
    }
    this.#running = null;
  }

  async #commit(submitted: readonly Submitted[]): Promise<void> {
    const { partition, cache, taken, refuse, committed } = this.#options;
    const startedAt = performance.now();
    const records = submitted.flatMap((one) => one.records);
    const joined = joinRecords(records, (caseId) => cache.get(partition, caseId));
    if (joined.refused.length > 0) await refuse(joined.refused);

    const positions = new Map<string, number>();
    for (const { topic, next } of submitted)
      positions.set(topic, Math.max(next, positions.get(topic) ?? this.#positions.get(topic) ?? 0));
    const offset = await taken.producer.commit(joined.changed, positions);
    if (offset !== null) {
      // Whole states: where the log went back under us, what was written is right all the same. What is lost is told.
      if (offset < (cache.seen(partition)?.next ?? 0))
        throw new InterleaveError('LOG_WENT_BACK', `A record was written at ${offset}.`);
      await cache.write(partition, joined.changed, offset, lastMark(joined.changed, offset));
    }
    for (const { topic, records } of submitted) {
      const last = records.at(-1);
      if (last !== undefined) cache.markInput(topic, partition, markOf(last));
    }
    for (const [topic, next] of positions) this.#positions.set(topic, next);
    committed(joined, records, (performance.now() - startedAt) / 1000);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#queue) reject(this.#ended);
    this.#queue = [];
  }
}

/** The last record of what was written up to this offset. */
function lastMark(records: ReadonlyMap<string, Buffer>, offset: number) {
  const [key, value] = [...records].at(-1) ?? ['', null];
  return markOf({ offset, key, value });
}
