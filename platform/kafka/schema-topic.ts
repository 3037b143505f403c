import type { Kafka } from 'kafkajs';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import { readSchemaEntry, type SchemaRecord, schemaRecord } from '../avro/schema-entry.ts';
import type { SchemaStore } from '../avro/schema-store.ts';
import type { Logger } from '../process/log.ts';
import type { FetchedRecord } from './fetched-records.ts';
import { PartitionReader } from './read-partition.ts';

/**
 * The register of schemas: a compacted topic of one partition, its key the schema id. Every build that writes puts all its
 * schemas there before its first record; a build that meets an id that it does not have reads on here.
 */
export class SchemaTopic {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #store: SchemaStore;
  readonly #log: Logger;
  /** the offset that is read next */
  #next = 0;
  /** ids of ours that stand there as we have them, and those under which another schema stood since their last tombstone */
  readonly #there = new Set<number>();
  readonly #clashing = new Set<number>();
  #reading: Promise<void> | null = null;

  constructor(options: { kafka: Kafka; topic: string; store: SchemaStore; log: Logger }) {
    this.#kafka = options.kafka;
    this.#topic = options.topic;
    this.#store = options.store;
    this.#log = options.log;
  }

  /** Teaches the store what came since. Throws `KAFKA_UNAVAILABLE`. */
  async read(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /**
   * Writes the schemas of this build that are not there yet, and returns how many. Throws `SCHEMA_CLASH` where another one
   * stands under an id of ours; also where another build has written it at the same time.
   */
  async publish(send: (records: SchemaRecord[]) => Promise<void>): Promise<number> {
    await this.read();
    this.#refuseClash();
    const missing = this.#store.registered().filter(({ id }) => !this.#there.has(id));
    if (missing.length === 0) return 0;
    await send(missing.map(schemaRecord));
    await this.read();
    this.#refuseClash();
    return missing.length;
  }

  #refuseClash(): void {
    if (this.#clashing.size > 0)
      throw new InterleaveError('SCHEMA_CLASH', `On ${this.#topic}: ${[...this.#clashing].join(', ')}.`);
  }

  async #readOn(): Promise<void> {
    const reader = await PartitionReader.connect(this.#kafka);
    try {
      const { low, high } = await reader.ends(this.#topic, 0);
      if (high < this.#next) {
        this.#next = 0;
        this.#there.clear();
        this.#clashing.clear();
      }
      await reader.read(this.#topic, 0, Math.max(low, this.#next), high, async (records, next) => {
        for (const record of records) this.#take(record);
        this.#next = next;
      });
    } finally {
      await reader.disconnect().catch(() => undefined);
    }
  }

  /** What is no entry, or may not be taken in, is told and passed over. */
  #take({ key, value, offset }: FetchedRecord): void {
    const id = Number(key);
    this.#there.delete(id);
    if (value === null) {
      this.#clashing.delete(id);
      return;
    }
    try {
      const entry = readSchemaEntry(key, value);
      if (entry === null) throw new InterleaveError('SCHEMA_INVALID');
      if ('givenUp' in entry) {
        this.#store.giveUp(entry.id);
        return;
      }
      this.#store.learn(entry.id, entry.schema);
      if (this.#store.isRegistered(entry.id)) this.#there.add(entry.id);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'INTERNAL') throw error;
      if (code === 'SCHEMA_CLASH') this.#clashing.add(id);
      this.#log.error({ topic: this.#topic, offset, code }, 'schema.passed.over');
    }
  }
}
