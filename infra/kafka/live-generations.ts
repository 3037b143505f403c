import { IMAGE_ENCODERS, type LiveGeneration } from '../../core/radiology/model-generations.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { readWhole } from '../../platform/kafka/read-whole.ts';
import type { Logger } from '../../platform/process/log.ts';
import { readModelDecision } from '../../schemas/model-decision.ts';
import { TOPICS } from '../../schemas/topics.ts';

/**
 * The image encoders that are live, the oldest first, as `radiology.model` says; none where nothing was promoted. Throws
 * `KAFKA_UNAVAILABLE`.
 */
export async function liveImageGenerations(brokers: string[], log: Logger): Promise<LiveGeneration[]> {
  let live: LiveGeneration[] = [];
  await readWhole(createKafka(brokers, 'interleave-set-up', log), TOPICS.model, (records) => {
    for (const { key, value } of records)
      if (key === IMAGE_ENCODERS) live = readModelDecision(key, value)?.live ?? live;
  });
  return live;
}
