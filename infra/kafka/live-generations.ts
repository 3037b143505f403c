import {
  IMAGE_ENCODERS,
  type LiveGeneration,
  TEXT_ENCODERS,
} from '../../core/radiology/model-generations.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { readWhole } from '../../platform/kafka/read-whole.ts';
import type { Logger } from '../../platform/process/log.ts';
import { readModelDecision } from '../../schemas/model-decision.ts';
import { TOPICS } from '../../schemas/topics.ts';

/** The encoders that are live, the oldest first; none of a kind where nothing was promoted. */
export interface LiveEncoders {
  image: readonly LiveGeneration[];
  text: readonly LiveGeneration[];
}

/** What `radiology.model` says. Throws `KAFKA_UNAVAILABLE`. */
export async function liveEncoders(brokers: string[], log: Logger): Promise<LiveEncoders> {
  const live = new Map<string, LiveGeneration[]>();
  await readWhole(createKafka(brokers, 'interleave-set-up', log), TOPICS.model, (records) => {
    for (const { key, value } of records) {
      const decided = readModelDecision(key, value);
      if (decided !== null) live.set(key, decided.live);
    }
  });
  return { image: live.get(IMAGE_ENCODERS) ?? [], text: live.get(TEXT_ENCODERS) ?? [] };
}
