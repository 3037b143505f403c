import type { Kafka } from 'kafkajs';
import type { ModelGenerations } from '../../core/radiology/model-generations.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import type { FetchedRecord } from '../../platform/kafka/fetched-records.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { readWhole } from '../../platform/kafka/read-whole.ts';
import { Schemas, type SchemasOptions } from '../../platform/kafka/schemas.ts';
import { readLag } from '../../platform/kafka/watch-lag.ts';
import { createLogger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { events } from '../../schemas/events.ts';
import { readModelDecision } from '../../schemas/model-decision.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS } from '../../schemas/topics.ts';

/** `radiology.model` as the command line uses it, which is its only writer. */
export class ModelRegister {
  readonly #kafka: Kafka;
  readonly #log = createLogger('cli', 'fatal');
  readonly #metrics = new Metrics('cli');
  readonly #schemas: SchemasOptions;

  constructor({ brokers, schemaRegistryUrl }: { brokers: string[]; schemaRegistryUrl: string }) {
    this.#kafka = createKafka(brokers, 'interleave-cli', this.#log);
    const told = { log: this.#log, metrics: this.#metrics, ready: new Readiness() };
    this.#schemas = schemaOptions(this.#kafka, { schemaRegistryUrl }, told);
  }

  /**
   * What was decided, by kind; records that nobody can have decided are passed over. Throws `KAFKA_UNAVAILABLE`, and
   * `SCHEMA_UNKNOWN` where a newer build decided: nothing is decided over it unread.
   */
  async read(): Promise<Map<string, ModelGenerations>> {
    const decided = new Map<string, ModelGenerations>();
    const schemas = Schemas.reading(this.#schemas);
    const take = (records: readonly FetchedRecord[]) => {
      for (const { key, value } of records) {
        const one = readModelDecision(key, value);
        if (one !== null) decided.set(key, one);
      }
    };
    await readWhole(this.#kafka, TOPICS.model, take, { schemas });
    return decided;
  }

  /** Resolves when the decision is on Kafka. Throws `KAFKA_UNAVAILABLE`. */
  async write(decision: ModelGenerations): Promise<void> {
    await Schemas.published(this.#schemas);
    const producer = await EventProducer.connect(this.#kafka, this.#log, this.#metrics);
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
