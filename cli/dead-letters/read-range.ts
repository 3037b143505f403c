import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import { withAdmin } from '../../platform/kafka/topics.ts';
import { FIRST_RECORD_MS, QUIET_MS } from '../limits.ts';

/** Offsets from `from` up to `to`, which is not among them. */
export interface OffsetRange {
  from: number;
  to: number;
}

/** What topics of one partition hold; one that is not there is left out. Throws KAFKA_UNAVAILABLE. */
export async function rangesOf(kafka: Kafka, topics: readonly string[]): Promise<Map<string, OffsetRange>> {
  return withAdmin(kafka, async (admin) => {
    const there = new Set(await admin.listTopics());
    const ranges = new Map<string, OffsetRange>();
    for (const topic of topics.filter((name) => there.has(name))) {
      const [partition] = await admin.fetchTopicOffsets(topic);
      ranges.set(topic, { from: Number(partition?.low ?? 0), to: Number(partition?.high ?? 0) });
    }
    return ranges;
  });
}

/**
 * Reads topics of one partition, under a consumer group that is deleted afterwards. It is done at the end of the ranges, or
 * when nothing more has come for a while: the last offset of a topic may be no record but the mark of a transaction.
 */
export async function readRanges(
  kafka: Kafka,
  ranges: ReadonlyMap<string, OffsetRange>,
  take: (topic: string, offset: number, value: Buffer) => void,
): Promise<void> {
  const missing = new Map([...ranges].filter(([, { from, to }]) => to > from));
  if (missing.size === 0) return;
  const groupId = `dead-letters-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 500 });
  let quietAt = Date.now() + FIRST_RECORD_MS;
  let failure: unknown = null;
  let joined = false;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...missing.keys()], fromBeginning: true });
    // A young broker has no coordinator yet: `run` resolves all the same, joins later, and nothing can be sought before.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      joined = true;
      quietAt = Date.now() + QUIET_MS;
      for (const [topic, { from }] of missing) consumer.seek({ topic, partition: 0, offset: String(from) });
    });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, message }) => {
        const [range, offset] = [ranges.get(topic), Number(message.offset)];
        if (range === undefined || offset < range.from || offset >= range.to) return;
        quietAt = Date.now() + QUIET_MS;
        if (message.value !== null) take(topic, offset, message.value);
        if (offset === range.to - 1) missing.delete(topic);
      },
    });
    while (missing.size > 0 && Date.now() < quietAt) await sleep(50);
    // `run` does not reject where the group cannot be joined: that nothing came says nothing then.
    if (!joined) throw new Error(`The group could not be joined within ${FIRST_RECORD_MS} ms.`);
  } catch (cause) {
    failure = new InterleaveError('KAFKA_UNAVAILABLE', undefined, { cause });
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  }
  if (failure !== null) throw failure;
}
