import { InterleaveError } from '../../core/errors.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { type LogMark, markOf } from '../../platform/kafka/log-mark.ts';
import type { CaseCache } from './case-cache.ts';
import { type ForeignRecords, type Undone, undoForeign } from './foreign-records.ts';
import { type Decided, type Joined, joinRecords } from './join-records.ts';
import { LOOKUPS_AT_ONCE, MAX_UNDO_ROUNDS } from './limits.ts';
import type { OutputGuard } from './output-guard.ts';
import type { Positions } from './partition-producer.ts';
import type { Taken } from './take-partition.ts';

export interface OwnedPartitionOptions {
  partition: number;
  taken: Taken;
  cache: CaseCache;
  decided: Decided;
  guard: Pick<OutputGuard, 'wrote' | 'between' | 'untilEnd'>;
  /** whether a case belongs to this partition */
  isOwn(caseId: string): boolean;
  /** whether an input may go on after a gap */
  acceptGap(topic: string, from: number): boolean;
  /** keeps what is to be known of cases that are erased, durably, before their states end */
  leaveTraces(states: ReadonlyMap<string, Buffer>): Promise<void>;
  /** records of erased cases are about to be dropped: their bytes may have come again */
  bytesCame(caseIds: readonly string[]): Promise<void>;
  /** takes the bytes of dropped records from the folders of cases that go on */
  dropBytes(erased: Joined['erased']): Promise<void>;
  /** keeps what no case holds, durably, before the inputs are committed */
  refuse(refused: Joined['refused']): Promise<void>;
  /** called after each transaction */
  committed(joined: Joined, records: readonly ConsumedRecord[], seconds: number): void;
  /** the tombstones of these are committed, or they had no state: their bytes may go */
  erased(caseIds: readonly string[]): void;
  undone(told: Undone['told']): void;
}

/** How far the cache is whole, and the record that stands there, where we wrote it. */
interface LastRecord {
  offset: number;
  mark?: LogMark;
}

/** What is to be done beside the inputs. */
export interface Chores {
  /** SOP Instance UIDs that a note rejects */
  rejected?: Iterable<string>;
  /** cases whose erasure was decided */
  erase?: Iterable<string>;
  /** records of others that are to be undone */
  foreign?: ForeignRecords;
  /** look for such records up to the end of the partition */
  check?: boolean;
}

interface Pending {
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Submitted extends Pending {
  topic: string;
  records: readonly ConsumedRecord[];
  /** the offset after the last record */
  next: number;
}

/**
 * One partition number in our hands: both inputs, the states and the output. One transaction is under way at a time;
 * what both inputs submit meanwhile goes into the next together, and so do chores. The first error ends it: every later
 * submission fails, and the partition must be taken again.
 */
export class OwnedPartition {
  readonly #options: OwnedPartitionOptions;
  readonly #positions: Map<string, number>;
  #queue: Submitted[] = [];
  #chores: (Chores & Pending)[] = [];
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

  /** Resolves when they are done. Throws what ended the partition. */
  do(chores: Chores): Promise<void> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#chores.push({ ...chores, resolve, reject });
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
    while (this.#queue.length + this.#chores.length > 0 && this.#ended === null) {
      const [submitted, chores] = [this.#queue, this.#chores];
      this.#queue = [];
      this.#chores = [];
      const pending: Pending[] = [...submitted, ...chores];
      try {
        await this.#commit(submitted, chores);
        for (const { resolve } of pending) resolve();
      } catch (error) {
        this.#end(error instanceof Error ? error : new InterleaveError('INTERNAL'));
        for (const { reject } of pending) reject(error);
      }
    }
    this.#running = null;
  }

  async #commit(submitted: readonly Submitted[], chores: readonly Chores[]): Promise<void> {
    const { partition, cache, decided, refuse, leaveTraces, bytesCame, dropBytes, committed, erased } =
      this.#options;
    const startedAt = performance.now();
    const records = submitted.flatMap((one) => one.records);
    const caseIds = await this.#casesOf(chores.flatMap(({ rejected = [] }) => [...rejected]));
    const stateOf = (caseId: string) => cache.get(partition, caseId);
    const joined = joinRecords(records, stateOf, decided, { partition, caseIds });
    if (joined.refused.length > 0) await refuse(joined.refused);

    const changed = new Map<string, Buffer | null>(joined.changed);
    const erase = [...new Set(chores.flatMap(({ erase = [] }) => [...erase]))];
    const ending = new Map<string, Buffer>();
    for (const caseId of erase) {
      const state = stateOf(caseId);
      if (state !== undefined) ending.set(caseId, state);
    }
    if (ending.size > 0) await leaveTraces(ending);
    for (const caseId of ending.keys()) changed.set(caseId, null);
    const sentAgain = [...new Set(joined.erased.map(({ record }) => record.key))].filter(decided.isErased);
    if (sentAgain.length > 0) await bytesCame(sentAgain);
    await dropBytes(joined.erased);
    const positions = new Map<string, number>();
    for (const { topic, next } of submitted)
      positions.set(topic, Math.max(next, positions.get(topic) ?? this.#positions.get(topic) ?? 0));
    const last = await this.#write(changed, positions);
    const undone = await this.#undo(changed, chores);
    const written = undone ?? last;
    if (written !== null)
      await cache.write(partition, changed, written.offset, { mark: written.mark, index: joined.index });
    for (const { topic, records } of submitted) {
      const last = records.at(-1);
      if (last !== undefined) cache.markInput(topic, partition, markOf(last));
    }
    for (const [topic, next] of positions) this.#positions.set(topic, next);
    if (erase.length + sentAgain.length > 0) erased([...erase, ...sentAgain]);
    if (records.length > 0 || joined.changed.size > 0)
      committed(joined, records, (performance.now() - startedAt) / 1000);
  }

  /**
   * Puts right what others wrote; before the cache is written, so that a crash between lets the next taking find it again.
   * Adds to `changed` what was written; the last of it, null for none.
   */
  async #undo(changed: Map<string, Buffer | null>, chores: readonly Chores[]): Promise<LastRecord | null> {
    const { partition, cache, decided, guard, isOwn, undone } = this.#options;
    let foreign = new Map(chores.flatMap((chore) => [...(chore.foreign ?? [])]));
    let last: LastRecord | null = null;
    for (let round = 0; round < MAX_UNDO_ROUNDS; round++) {
      const check = round === 0 && chores.some((chore) => chore.check);
      foreign = new Map([...foreign, ...(await (check ? guard.untilEnd() : guard.between()))]);
      if (foreign.size === 0) break;
      const { write, accepted, told } = undoForeign(foreign, {
        stateOf: (caseId) => (changed.has(caseId) ? changed.get(caseId) : cache.get(partition, caseId)),
        isErased: decided.isErased,
        isOwn,
      });
      last = (await this.#write(write, new Map())) ?? last;
      for (const [caseId, state] of write) changed.set(caseId, state);
      for (const caseId of accepted) changed.set(caseId, null);
      if (accepted.length > 0) last ??= { offset: cache.position(partition) ?? -1 };
      undone(told);
      foreign.clear();
    }
    return last;
  }

  async #write(
    records: ReadonlyMap<string, Buffer | null>,
    positions: Positions,
  ): Promise<LastRecord | null> {
    if (records.size === 0 && positions.size === 0) return null;
    const { partition, cache, guard, taken } = this.#options;
    const written = await taken.producer.commit(records, positions);
    if (written === null) return null;
    const { last: offset } = written;
    // Whole states: where the log went back under us, what was written is right all the same. What is lost is told.
    if (offset < (cache.seen(partition)?.next ?? 0))
      throw new InterleaveError('LOG_WENT_BACK', `A record was written at ${offset}.`);
    guard.wrote(written);
    const [key, value] = [...records].at(-1) ?? ['', null];
    return { offset, mark: markOf({ offset, key, value }) };
  }

  /** The cases that hold one of these objects, as far as no note rejects it there. */
  async #casesOf(uids: readonly string[]): Promise<Set<string>> {
    const { partition, cache } = this.#options;
    const found = new Set<string>();
    for (const [i, uid] of uids.entries()) {
      if (i % LOOKUPS_AT_ONCE === LOOKUPS_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
      for (const caseId of cache.casesOf(partition, uid)) found.add(caseId);
    }
    return found;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of [...this.#queue, ...this.#chores]) reject(this.#ended);
    this.#queue = [];
    this.#chores = [];
  }
}
