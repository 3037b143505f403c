import { hash } from 'node:crypto';
import { InterleaveError } from '../../core/errors.ts';
import type { PartitionReader } from './read-partition.ts';

/** A record as somebody saw it: the log that has gone back holds another one there, or none. */
export interface LogMark {
  offset: number;
  key: string;
  /** SHA-256 of the value, hex; '' of a tombstone */
  digest: string;
}

/** How far a partition was seen by whoever keeps something that was made of it. */
export interface SeenLog {
  /** the offset after the last one that was seen */
  next: number;
  /** some of the last records, the newest last; none where only the offset was kept */
  marks: readonly LogMark[];
}

/** What whoever is told of it is to do. */
export const LOG_REMEDY =
  'stop the system (`npx interleave down`) and run `npx interleave recover`, both with the same --data-dir';

/** Kept of a partition: compaction takes a record away once its key has a newer one. */
const MAX_MARKS = 4;

export function markOf({
  offset,
  key,
  value,
}: {
  offset: number;
  key: string;
  value: Buffer | null;
}): LogMark {
  return { offset, key, digest: value === null ? '' : hash('sha256', value) };
}

export function withMark(marks: readonly LogMark[], mark: LogMark): LogMark[] {
  return [...marks, mark].slice(-MAX_MARKS);
}

/**
 * Throws `LOG_WENT_BACK` where a partition ends before what was seen of it, or no longer holds a record that was seen: an
 * older copy was put back (and has perhaps grown since), its tail was lost, or it was emptied. A record that compaction
 * took away is followed by a newer one of its key.
 */
export async function checkLog(
  reader: PartitionReader,
  topic: string,
  partition: number,
  seen: SeenLog,
): Promise<void> {
  const why = await whyWentBack(reader, topic, partition, seen);
  if (why !== null) throw new InterleaveError('LOG_WENT_BACK', `Partition ${partition} of ${topic} ${why}.`);
}

/** Why a partition is not the log that was seen, as `checkLog` says it; null where it is. */
export async function whyWentBack(
  reader: PartitionReader,
  topic: string,
  partition: number,
  { next, marks }: SeenLog,
): Promise<string | null> {
  const { low, high } = await reader.ends(topic, partition);
  if (next > high) return `ends at ${high}, and was seen up to ${next}`;
  const missing = new Set<string>();
  let oldest = high;
  for (const mark of [...marks].reverse().filter(({ offset }) => offset >= low)) {
    const found = await recordAt(reader, topic, partition, mark.offset);
    if (found !== null)
      return found.key === mark.key && found.digest === mark.digest
        ? null
        : `holds another record at ${mark.offset} than was seen there`;
    missing.add(mark.key);
    oldest = mark.offset;
  }
  if (missing.size === 0) return null;
  await reader.read(topic, partition, oldest, high, async (records) => {
    for (const { key } of records) missing.delete(key);
  });
  return missing.size === 0 ? null : `has lost the record that was seen at ${oldest}`;
}

async function recordAt(
  reader: PartitionReader,
  topic: string,
  partition: number,
  offset: number,
): Promise<LogMark | null> {
  let found: LogMark | null = null;
  await reader.read(topic, partition, offset, offset + 1, async (records) => {
    for (const record of records) found = markOf(record);
  });
  return found;
}
