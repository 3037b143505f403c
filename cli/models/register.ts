import type { Kafka } from 'kafkajs';
import type { ModelGenerations } from '../../core/radiology/model-generations.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { PartitionReader } from '../../platform/kafka/read-partition.ts';
import { readLag } from '../../platform/kafka/watch-lag.ts';
import { createLogger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { events } from '../../schemas/events.ts';
import { readModelDecision } from '../../schemas/model-decision.ts';
import { TOPICS } from '../../schemas/topics.ts';

/** `radiology.model` as the command line uses it, which is its only writer. */
export class ModelRegister {
  readonly #kafka: Kafka;

  constructor(brokers: string[]) {
    this.#kafka = createKafka(brokers, 'interleave-cli', createLogger('cli', 'fatal'));
  }

  /** What was decided, by kind; records that nobody can have decided are passed over. Throws `KAFKA_UNAVAILABLE`. */
  async read(): Promise<Map<string, ModelGenerations>> {
    const decided = new Map<string, ModelGenerations>();
    const reader = await PartitionReader.connect(this.#kafka);
    try {
      const { low, high } = await reader.ends(TOPICS.model, 0);
      await reader.read(TOPICS.model, 0, low, high, async (records) => {
        for (const { key, value } of records) {
          const one = readModelDecision(key, value);
          if (one !== null) decided.set(key, one);
        }
      });
    } finally {
      await reader.disconnect();
    }
    return decided;
  }

  /** Resolves when the decision is on Kafka. Throws `KAFKA_UNAVAILABLE`. */
  async write(decision: ModelGenerations): Promise<void> {
    const producer = await EventProducer.connect(
      this.#kafka,
      createLogger('cli', 'fatal'),
      new Metrics('cli'),
    );
    try {
      const value = events.modelGenerations.encode(decision);
      await producer.send(TOPICS.model, { key: decision.kind, value });
    } finally {
      await producer.disconnect();
    }
  }

  /** Records that the consumer group has still to read of `radiology.case`; all of them where it has not begun. */
  async lag(groupId: string): Promise<number> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return (await readLag(admin, groupId, [TOPICS.case])).get(TOPICS.case) ?? 0;
    } finally {
      await admin.disconnect();
    }
  }
}
