import { codeOf } from '../../core/errors.ts';
import { isPossible, type LiveGeneration } from '../../core/radiology/model-generations.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { PartitionReader } from '../../platform/kafka/read-partition.ts';
import type { Logger } from '../../platform/process/log.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';

const IMAGE_ENCODERS = 'image-encoder';

/**
 * The image encoders that are live, the oldest first, as `radiology.model` says; none where nothing was promoted. Throws
 * `KAFKA_UNAVAILABLE`.
 */
export async function liveImageGenerations(brokers: string[], log: Logger): Promise<LiveGeneration[]> {
  const reader = await PartitionReader.connect(createKafka(brokers, 'interleave-set-up', log));
  let live: LiveGeneration[] = [];
  try {
    const { low, high } = await reader.ends(TOPICS.model, 0);
    await reader.read(TOPICS.model, 0, low, high, async (records) => {
      for (const { key, value } of records) if (key === IMAGE_ENCODERS) live = liveOf(key, value) ?? live;
    });
  } finally {
    await reader.disconnect();
  }
  return live;
}

/** Null for a record that nobody can have decided. */
function liveOf(key: string, value: Buffer | null): LiveGeneration[] | null {
  try {
    const decided = events.modelGenerations.decode(value ?? Buffer.alloc(0));
    return isPossible(key, decided) ? decided.live : null;
  } catch (error) {
    if (codeOf(error) !== 'EVENT_UNREADABLE') throw error;
    return null;
  }
}
