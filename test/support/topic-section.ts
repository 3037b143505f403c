import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { withAdmin } from '../../platform/kafka/topics.ts';

/** What is written to a topic between two moments, whoever else writes there. */
export class TopicSection {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #from: Map<number, number>;

  private constructor(kafka: Kafka, topic: string, from: Map<number, number>) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#from = from;
  }

  /** It begins now. */
  static async begin(kafka: Kafka, topic: string): Promise<TopicSection> {
    return new TopicSection(kafka, topic, await ends(kafka, topic));
  }

  /** The values from the beginning of the section until now. */
  async read(): Promise<Buffer[]> {
    const to = await ends(this.#kafka, this.#topic);
    const missing = new Map([...to].filter(([partition, end]) => end > (this.#from.get(partition) ?? 0)));
    const values: Buffer[] = [];
    if (missing.size === 0) return values;
    const consumer = this.#kafka.consumer({ groupId: `test-${randomUUID()}` });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic: this.#topic, fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${this.#topic} could not be read`)), 60_000);
        consumer
          .run({
            autoCommit: false,
            eachMessage: async ({ partition, message }) => {
              const offset = Number(message.offset);
              const end = to.get(partition) ?? 0;
              if (offset < (this.#from.get(partition) ?? 0) || offset >= end) return;
              if (message.value !== null) values.push(message.value);
              if (offset === end - 1) missing.delete(partition);
              if (missing.size > 0) return;
              clearTimeout(timer);
              resolve();
            },
          })
          .catch(reject);
        for (const [partition, offset] of this.#from)
          consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
      });
    } finally {
      await consumer.disconnect();
    }
    return values;
  }
}

async function ends(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}
