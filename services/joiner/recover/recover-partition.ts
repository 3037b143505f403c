import type { Kafka } from 'kafkajs';
import { codeOf, type ErrorCode } from '../../../core/errors.ts';
import type { Case } from '../../../core/radiology/events.ts';
import { mergeCases } from '../../../core/radiology/merge.ts';
import { checkLog, type LogMark, markOf, type SeenLog } from '../../../platform/kafka/log-mark.ts';
import type { PartitionReader } from '../../../platform/kafka/read-partition.ts';
import { events } from '../../../schemas/events.ts';
import type { CaseCache } from '../case-cache.ts';
import { MAX_RECOVERED_BYTES, MAX_RECOVERED_TOGETHER } from '../limits.ts';
import { type PartitionOutput, PartitionProducer } from '../partition-producer.ts';
import type { Caches } from './caches.ts';

export interface RecoverPartitionOptions {
  kafka: Kafka;
  reader: PartitionReader;
  caches: Caches;
  /** what the index has seen of the partition, and holds of a case */
  indexed: { seen: SeenLog | null; versionOf(caseId: string): number | null };
  /** the next offset of each group that reads it */
  committed: readonly number[];
  output: PartitionOutput;
  transactionalId: string;
  dryRun: boolean;
  /** an earlier recovery did not come to its end */
  unfinished: boolean;
  /** whether the object store holds anything of a case: of one that was erased it does not */
  hasObjects(caseId: string): Promise<boolean>;
  /** told every state that the log holds in the end */
  found(state: Case): Promise<void>;
  lost(caseId: string, code: ErrorCode): void;
}

export interface RecoveredPartition {
  partition: number;
  /** why it is taken to have gone back; null where it has not, and nothing is changed */
  wentBack: string | null;
  /** states that are written */
  written: number;
  /** cases of them that the log lacked, or had older */
  restored: number;
  /** cases that were erased, and that the log had again */
  erased: string[];
  /** the offset behind the last record, and a mark of the last state */
  end: number;
  mark: LogMark | null;
}

/**
 * Brings one partition of `radiology.case` to what the newest cache and the log know together, under offsets that nobody
 * has seen before: what the index holds of a longer log is then older. Repeating it changes nothing.
 */
export async function recoverPartition(options: RecoverPartitionOptions): Promise<RecoveredPartition> {
  const { kafka, reader, caches, indexed, output, transactionalId, dryRun } = options;
  const { topic, partition } = output;
  const cache = caches.newest(partition);
  const seen = [cache?.seen(partition) ?? null, indexed.seen].filter((one) => one !== null);
  const wentBack = await whyBack(options, seen);
  const { high } = await reader.ends(topic, partition);
  const result = { partition, wentBack, written: 0, restored: 0, erased: [], end: high, mark: null };
  const newest = await newestOffsets(options, high);
  if (wentBack === null) {
    await eachNewest(options, high, newest, async (_, state) => {
      if (state !== null) await options.found(state);
    });
    return result;
  }
  const writer = dryRun ? null : await PartitionProducer.fence(kafka, transactionalId, output);
  try {
    const next = Math.max(...options.committed, ...seen.map((one) => one.next), high);
    await writer?.skipTo(next, async () => (await reader.ends(topic, partition)).high);
    const rewritten = new Rewriting(writer, dryRun ? null : cache, partition);
    await eachNewest(options, high, newest, async (record) => {
      const held = cache?.get(partition, record.key);
      if (await wasErased(options, record, cache)) {
        rewritten.erased.push(record.key);
        await rewritten.put(record.key, null, true);
        return;
      }
      const merged = mergedOf(options, record.key, record.value, held);
      if (merged === null) return;
      const isNew = record.value === null || !merged.bytes.equals(record.value);
      const isIndexed = indexed.versionOf(record.key) === record.offset;
      if (isNew) rewritten.restored += 1;
      await rewritten.put(record.key, merged.bytes, isNew || !isIndexed);
      await options.found(merged.state);
    });
    for (const caseId of cache === null
      ? []
      : [...cache.caseIds(partition)].filter((id) => !newest.has(id))) {
      const merged = mergedOf(options, caseId, null, cache?.get(partition, caseId));
      if (merged === null) continue;
      rewritten.restored += 1;
      await rewritten.put(caseId, merged.bytes, true);
      await options.found(merged.state);
    }
    await rewritten.flush();
    const end = (await reader.ends(topic, partition)).high;
    if (!dryRun) {
      await cache?.restart(partition, end - 1, rewritten.mark);
      await caches.clearOthers(partition, cache);
    }
    const { written, restored, erased, mark } = rewritten;
    return { ...result, written, restored, erased, end, mark };
  } finally {
    await writer?.disconnect();
  }
}

async function whyBack(
  { reader, output: { topic, partition }, committed, unfinished }: RecoverPartitionOptions,
  seen: readonly SeenLog[],
): Promise<string | null> {
  if (unfinished) return 'An earlier recovery did not come to its end.';
  try {
    for (const one of seen) await checkLog(reader, topic, partition, one);
    for (const next of committed) await checkLog(reader, topic, partition, { next, marks: [] });
    return null;
  } catch (error) {
    if (codeOf(error) !== 'LOG_WENT_BACK' || !(error instanceof Error)) throw error;
    return error.message;
  }
}

/** The offset of the last record of each key that a joiner wrote, see `RestoreFilter`. */
async function newestOffsets({ reader, output: { topic, partition } }: RecoverPartitionOptions, end: number) {
  const newest = new Map<string, number>();
  let ours = false;
  const { low } = await reader.ends(topic, partition);
  await reader.read(topic, partition, low, end, async (records) => {
    for (const { key, offset, transactional } of records) {
      ours ||= transactional;
      if (transactional || !ours) newest.set(key, offset);
    }
  });
  return newest;
}

/**
 * An erasure that a cache remembers counts, whatever its sender has repeated since.
 * A case that the cache had seen and holds no more was erased after this record; one that the log has erased is not taken
 * from the cache. In both, nothing of it may be in the object store: else it is a case like the others.
 */
async function wasErased(
  { caches, hasObjects, output: { partition } }: RecoverPartitionOptions,
  { key, offset, value }: NewestRecord,
  cache: CaseCache | null,
): Promise<boolean> {
  const held = cache?.get(partition, key);
  if (held === undefined && value !== null && caches.hasErased(key)) return true;
  const isGone =
    value === null ? held !== undefined : held === undefined && offset < (cache?.seen(partition)?.next ?? 0);
  return isGone && !(await hasObjects(key));
}

interface NewestRecord {
  key: string;
  offset: number;
  value: Buffer | null;
}

/** The state is null of a tombstone. One that cannot be read is listed, and left as it is. */
async function eachNewest(
  options: RecoverPartitionOptions,
  end: number,
  newest: ReadonlyMap<string, number>,
  take: (record: NewestRecord, state: Case | null) => Promise<void>,
): Promise<void> {
  const { reader, lost } = options;
  const { topic, partition } = options.output;
  const { low } = await reader.ends(topic, partition);
  await reader.read(topic, partition, low, end, async (records) => {
    for (const record of records.filter(({ key, offset }) => newest.get(key) === offset)) {
      const state = record.value === null ? null : decoded(record.value);
      if (state === undefined) lost(record.key, 'CASE_UNREADABLE');
      else await take(record, state);
    }
  });
}

function decoded(bytes: Buffer): Case | undefined {
  try {
    return events.case.decode(bytes);
  } catch (error) {
    if (codeOf(error) === 'EVENT_UNREADABLE') return undefined;
    throw error;
  }
}

/** What the log and the cache know of a case together; null for nothing. */
function mergedOf(
  { lost }: RecoverPartitionOptions,
  caseId: string,
  written: Buffer | null,
  held: Buffer | undefined,
): { state: Case; bytes: Buffer } | null {
  const inLog = written === null ? null : (decoded(written) ?? null);
  const inCache = held === undefined ? null : (decoded(held) ?? null);
  if (held !== undefined && inCache === null) lost(caseId, 'CASE_UNREADABLE');
  if (inLog === null && inCache === null) return null;
  const state = inLog !== null && inCache !== null ? mergeCases(inLog, inCache) : (inLog ?? inCache);
  return state === null ? null : { state, bytes: events.case.encode(state) };
}

/** States on their way to the log, some together, and into the cache once the log has them. */
class Rewriting {
  readonly #writer: PartitionProducer | null;
  readonly #cache: CaseCache | null;
  readonly #partition: number;
  #toWrite = new Map<string, Buffer | null>();
  #toFill = new Map<string, Buffer | null>();
  #bytes = 0;
  written = 0;
  restored = 0;
  erased: string[] = [];
  mark: LogMark | null = null;

  constructor(writer: PartitionProducer | null, cache: CaseCache | null, partition: number) {
    this.#writer = writer;
    this.#cache = cache;
    this.#partition = partition;
  }

  /** `write` is false for what the log has so already. */
  async put(caseId: string, bytes: Buffer | null, write: boolean): Promise<void> {
    this.#toFill.set(caseId, bytes);
    if (write) {
      this.#toWrite.set(caseId, bytes);
      this.written += 1;
    }
    this.#bytes += bytes?.length ?? 0;
    if (this.#toFill.size >= MAX_RECOVERED_TOGETHER || this.#bytes > MAX_RECOVERED_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#toWrite.size > 0) {
      const offset = (await this.#writer?.commit(this.#toWrite, new Map()))?.last ?? null;
      const [key, value] = [...this.#toWrite].at(-1) ?? ['', null];
      if (offset !== null) this.mark = markOf({ offset, key, value });
    }
    await this.#cache?.fill(this.#partition, this.#toFill);
    this.#toWrite = new Map();
    this.#toFill = new Map();
    this.#bytes = 0;
  }
}
