import { TOPIC_SPECS } from '../../core/radiology/topics.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { checkTopics, createTopics, type DurabilityPromise } from '../../platform/kafka/topics.ts';
import type { Logger } from '../../platform/log.ts';

/**
 * Creates the topics that are missing, and checks all: the partition count is fixed for ever. Throws `TOPIC_MISMATCH` or
 * `KAFKA_UNAVAILABLE`. Returns what an acknowledged write survives.
 */
export async function setUpKafka(
  options: { brokers: string[]; partitions: number; replication: number },
  log: Logger,
): Promise<DurabilityPromise> {
  const kafka = createKafka(options.brokers, 'interleave-set-up', log);
  const created = await createTopics(kafka, TOPIC_SPECS, options.partitions, options.replication);
  if (created.length > 0) log.info({ topics: created }, 'topics.created');
  return checkTopics(kafka, TOPIC_SPECS, options.partitions);
}
