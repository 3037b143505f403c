import type { Kafka } from 'kafkajs';
import { createKafka } from '../../platform/kafka/client.ts';
import { withAdmin } from '../../platform/kafka/topics.ts';
import { createLogger } from '../../platform/process/log.ts';

/** Records that a consumer group has still to read. */
export interface GroupLag {
  group: string;
  lag: number;
}

/** The lag of every group of ours, over all its topics; `undefined` when Kafka does not answer. */
export async function groupLags(brokers: string): Promise<GroupLag[] | undefined> {
  const kafka: Kafka = createKafka(brokers.split(','), 'interleave-status', createLogger('status', 'silent'));
  try {
    return await withAdmin(kafka, async (admin) => {
      const { groups } = await admin.listGroups();
      const ours = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith('interleave-'));
      const ends = new Map<string, Promise<Map<number, bigint>>>();
      const endsOf = (topic: string) => {
        const known = ends.get(topic) ?? admin.fetchTopicOffsets(topic).then(toMap);
        ends.set(topic, known);
        return known;
      };
      return Promise.all(
        ours.sort().map(async (group) => {
          let lag = 0n;
          for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group })) {
            const end = await endsOf(topic);
            for (const { partition, offset } of partitions)
              lag += (end.get(partition) ?? 0n) - (BigInt(offset) < 0n ? 0n : BigInt(offset));
          }
          return { group, lag: Number(lag) };
        }),
      );
    });
  } catch {
    return undefined;
  }
}

function toMap(offsets: { partition: number; high: string }[]): Map<number, bigint> {
  return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
}
