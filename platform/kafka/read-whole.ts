import type { Kafka } from 'kafkajs';
import type { FetchedRecord } from './fetched-records.ts';
import { PartitionReader, type ReaderOptions } from './read-partition.ts';

/**
 * Hands over what stands in a topic of one partition, from its first record to the one that is the last now, a fetch at a
 * time. Throws `KAFKA_UNAVAILABLE`, and what `handle` throws.
 */
export async function readWhole(
  kafka: Kafka,
  topic: string,
  handle: (records: FetchedRecord[]) => void,
  options: ReaderOptions = {},
): Promise<void> {
  const reader = await PartitionReader.connect(kafka, options);
  try {
    const { low, high } = await reader.ends(topic, 0);
    await reader.read(topic, 0, low, high, async (records) => handle(records));
  } finally {
    await reader.disconnect();
  }
}
