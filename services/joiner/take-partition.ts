import type { Admin, Kafka } from 'kafkajs';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { checkLog, markOf, whyWentBack } from '../../platform/kafka/log-mark.ts';
import type { PartitionReader } from '../../platform/kafka/read-partition.ts';
import type { Logger } from '../../platform/process/log.ts';
import { events } from '../../schemas/events.ts';
import type { CaseCache } from './case-cache.ts';
import { type ForeignRecords, RestoreFilter } from './foreign-records.ts';
import { type IndexChange, indexChange } from './image-index.ts';
import { type PartitionOutput, PartitionProducer } from './partition-producer.ts';

export interface TakeOptions {
  kafka: Kafka;
  admin: Admin;
  reader: PartitionReader;
  cache: CaseCache;
  log: Logger;
  inputs: readonly string[];
  output: PartitionOutput;
  transactionalId: string;
  /** whether the erasure of a case was decided */
  isErased(caseId: string): boolean;
}

/** A partition that nobody else can write to any more, with its states in the cache. */
export interface Taken {
  producer: PartitionProducer;
  /** where each input goes on */
  positions: Map<string, number>;
  /** records of `radiology.case` that were read for it */
  restored: number;
  /** where `radiology.case` ended then: everything before is restored */
  end: number;
  /** what others had written, to be undone */
  foreign: ForeignRecords;
  /** cases that a foreign record took the place of, and whose state is not known any more */
  gone: ReadonlySet<string>;
}

/**
 * Takes a partition over, in the one order that is safe: shut the predecessor out, so that nothing more can be added;
 * then read where `radiology.case` ends; restore the states up to there; and only then read how far the inputs were
 * committed. The caller keeps the inputs paused meanwhile, then seeks and resumes. Throws where any step fails; then
 * nothing was changed and it can be done again. `LOG_WENT_BACK` where the cache has seen more than the log holds: it may
 * then be the only one that has it, and nothing is taken until somebody has acted. `SCHEMA_UNKNOWN` where a newer joiner wrote
 * a state whose schema nobody has given yet.
 */
export async function takePartition(options: TakeOptions): Promise<Taken> {
  const { kafka, output, transactionalId } = options;
  const producer = await PartitionProducer.fence(kafka, transactionalId, output);
  try {
    const restored = await restore(options);
    return { producer, ...restored, positions: await committedPositions(options) };
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw error;
  }
}

async function restore({
  reader,
  cache,
  output,
  log,
  isErased,
}: TakeOptions): Promise<Pick<Taken, 'restored' | 'end' | 'foreign' | 'gone'>> {
  const { topic, partition } = output;
  const seen = cache.seen(partition);
  if (seen !== null) await checkLog(reader, topic, partition, seen);
  const { low, high } = await reader.ends(topic, partition);
  let cached = cache.position(partition);
  if (cached === null) {
    log.warn({ partition, seen: seen?.next, end: high }, 'joiner.cache.dropped');
    await cache.clear(partition);
    cached = -1;
  }
  await indexCached(cache, partition);
  let restored = 0;
  const filter = new RestoreFilter(
    { stateOf: (caseId) => cache.get(partition, caseId), isErased },
    cached >= 0,
  );
  await reader.read(topic, partition, Math.max(low, cached + 1), high, async (records, next) => {
    const last = records.at(-1);
    const mark = last === undefined ? undefined : markOf(last);
    const states = filter.take(records);
    await cache.write(partition, states, next - 1, { mark, index: indexOf(states, filter.gone) });
    restored += records.length;
  });
  return { restored, end: high, foreign: filter.foreign, gone: filter.gone };
}

/** A cache that was made before there were indices gets them; its states may be the only ones. */
async function indexCached(cache: CaseCache, partition: number): Promise<void> {
  if (!cache.isIndexed(partition))
    for (const caseId of cache.caseIds(partition)) {
      const state = cache.get(partition, caseId);
      if (state !== undefined) await cache.writeIndex(partition, indexOf(new Map([[caseId, state]])));
    }
  await cache.markIndexed(partition);
}

/**
 * A state that cannot be read stands in no index; whoever merges into it says so. Throws `SCHEMA_UNKNOWN` for one of a
 * newer joiner's, unless it is a foreign record that took the place of a state.
 */
function indexOf(
  states: ReadonlyMap<string, Buffer | null>,
  gone: ReadonlySet<string> = new Set(),
): Map<string, IndexChange> {
  const index = new Map<string, IndexChange>();
  for (const [caseId, bytes] of states) {
    if (bytes === null) continue;
    try {
      index.set(caseId, indexChange(null, events.case.decode(bytes)));
    } catch (error) {
      if (codeOf(error) === 'SCHEMA_UNKNOWN' && gone.has(caseId)) continue;
      if (codeOf(error) !== 'EVENT_UNREADABLE') throw error;
    }
  }
  return index;
}

/** A group that has not committed yet begins at the beginning, and so does one whose input has gone back. */
async function committedPositions(options: TakeOptions): Promise<Map<string, number>> {
  const { admin, reader, inputs, output, log } = options;
  const { partition, groupId } = output;
  const committed = await admin.fetchOffsets({ groupId, topics: [...inputs] });
  const positions = new Map<string, number>();
  for (const topic of inputs) {
    const found = committed
      .find((answer) => answer.topic === topic)
      ?.partitions.find((answer) => answer.partition === partition);
    const offset = Number(found?.offset ?? -1);
    const { low, high } = await reader.ends(topic, partition);
    if (offset >= 0 && offset < low) log.error({ topic, partition, offset, low }, 'joiner.records.expired');
    const isBehind = offset >= 0 && (await inputWentBack(options, topic, offset));
    if (isBehind) {
      const code: ErrorCode = 'LOG_WENT_BACK';
      log.error({ code, topic, partition, committed: offset, end: high, from: low }, 'log.went.back');
    }
    positions.set(topic, isBehind ? low : Math.max(offset, low));
  }
  return positions;
}

/** Behind where the group stands there may then be records that nobody has merged: all are read again. */
async function inputWentBack(
  { reader, cache, output: { partition } }: TakeOptions,
  topic: string,
  committed: number,
): Promise<boolean> {
  const mark = cache.inputMark(topic, partition);
  const seen = { next: committed, marks: mark === null ? [] : [mark] };
  return (await whyWentBack(reader, topic, partition, seen)) !== null;
}
