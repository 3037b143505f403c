import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { defaultStore } from '../avro/codec.ts';
import { SchemaRegistry } from '../avro/schema-registry.ts';
import type { SchemaStore } from '../avro/schema-store.ts';
import { UnknownSchemaError } from '../avro/unknown-schema.ts';
import { schemaIdOf } from '../avro/wire-format.ts';
import type { Logger } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import type { Readiness } from '../process/readiness.ts';
import { MAX_SCHEMA_WAIT_MS, MIN_SCHEMA_WAIT_MS, SCHEMA_TOLD_AGAIN_MS } from './limits.ts';
import { EventProducer } from './producer.ts';
import { SchemaTopic } from './schema-topic.ts';

export interface SchemasOptions {
  kafka: Kafka;
  /** the register of schemas */
  topic: string;
  /** a site's own registry, which then holds the schemas in place of the topic; '' for none */
  registryUrl: string;
  log: Logger;
  metrics: Metrics;
  ready: Readiness;
  store?: SchemaStore;
}

/** Where a record stands whose schema is waited for. */
export interface WaitingPlace {
  topic: string;
  partition: number;
  offset: number;
}

/**
 * The schemas of all builds, as far as this process knows them or can ask for them. A record whose schema nobody can give
 * yet waits, and is asked for again and again: readiness (`schemas`), a metric and the log tell it. It is never passed over.
 */
export class Schemas {
  readonly #options: SchemasOptions;
  readonly #store: SchemaStore;
  readonly #topic: SchemaTopic;
  readonly #registry: SchemaRegistry | null;
  readonly #gauge;
  readonly #waiting = new Map<string, { id: number; topic: string }>();

  private constructor(options: SchemasOptions) {
    const { kafka, topic, registryUrl, log, metrics, store = defaultStore() } = options;
    this.#options = options;
    this.#store = store;
    this.#topic = new SchemaTopic({ kafka, topic, store, log });
    this.#registry = registryUrl === '' ? null : new SchemaRegistry(registryUrl, store);
    this.#gauge = metrics.gauge(
      'interleave_schema_waiting_partitions',
      'Partitions that wait for a schema which nobody could give yet',
      ['topic'],
    );
  }

  /**
   * For a process that writes no events, or not yet. Asks nobody until a schema is missing.
   */
  static reading(options: SchemasOptions): Schemas {
    return new Schemas(options);
  }

  /**
   * For a process that writes events: resolves when every schema of this build can be had by every reader, so that nothing
   * may be produced before. Throws `SCHEMA_CLASH` where another schema stands under an id of ours, `KAFKA_UNAVAILABLE`,
   * `SCHEMA_REGISTRY_UNAVAILABLE`, `SCHEMA_REGISTRY_REFUSED`.
   */
  static async published(options: SchemasOptions): Promise<Schemas> {
    const schemas = new Schemas(options);
    await schemas.publish();
    return schemas;
  }

  /** What `published` does, for a process that begins to write later. */
  async publish(): Promise<void> {
    const added = await this.#publish();
    const registry = this.#registry?.shown ?? null;
    this.#options.log.info(
      { added, schemas: this.#store.registered().length, registry },
      'schemas.published',
    );
  }

  /** The records before the first one whose schema is not known, and that one; what is no event counts as known. */
  split<R extends { value: Buffer | null }>(
    records: readonly R[],
  ): { known: R[]; waiting: { id: number; record: R } | null } {
    for (const [index, record] of records.entries()) {
      const id = schemaIdOf(record.value);
      if (id !== null && !this.#store.isKnown(id))
        return { known: records.slice(0, index), waiting: { id, record } };
    }
    return { known: [...records], waiting: null };
  }

  /** Asks once for this schema. Throws `SCHEMA_UNKNOWN` where nobody can give it, and where nobody can be asked. */
  async ask(id: number): Promise<void> {
    if (this.#store.isKnown(id)) return;
    for (const ask of [() => this.#topic.read(), () => this.#registry?.learn(id)]) {
      try {
        await ask();
      } catch (error) {
        this.#options.log.warn({ code: codeOf(error), schemaId: id, err: error }, 'schema.not.asked');
      }
      if (this.#store.isKnown(id)) return;
    }
    throw new UnknownSchemaError(id);
  }

  /** Asks for what these records lack. Throws `SCHEMA_UNKNOWN`. */
  async askFor(records: readonly { value: Buffer | null }[]): Promise<void> {
    for (let { waiting } = this.split(records); waiting !== null; { waiting } = this.split(records))
      await this.ask(waiting.id);
  }

  /**
   * Asks for the schema until it is known. False where `signal` ended the waiting. `waiting` is called before each further
   * question.
   */
  async until(
    id: number,
    place: WaitingPlace,
    { signal, waiting }: { signal: AbortSignal; waiting?: (() => void) | undefined },
  ): Promise<boolean> {
    const name = `${place.topic}/${place.partition}`;
    const startedAt = Date.now();
    let toldAt = -Infinity;
    try {
      for (let attempt = 0; !signal.aborted; attempt++) {
        try {
          await this.ask(id);
          this.#options.log.info({ schemaId: id, ...place, ms: Date.now() - startedAt }, 'schema.wait.ended');
          return true;
        } catch (error) {
          if (codeOf(error) !== 'SCHEMA_UNKNOWN') throw error;
        }
        if (signal.aborted) return false;
        this.#waiting.set(name, { id, topic: place.topic });
        this.#tell(place.topic);
        if (Date.now() - toldAt >= SCHEMA_TOLD_AGAIN_MS) {
          toldAt = Date.now();
          const code: ErrorCode = 'SCHEMA_UNKNOWN';
          const seconds = Math.round((toldAt - startedAt) / 1000);
          const tooNew = this.#store.isTooNew(id);
          this.#options.log.error({ code, schemaId: id, ...place, tooNew, seconds }, 'schema.missing');
        }
        waiting?.();
        const pause = Math.min(MAX_SCHEMA_WAIT_MS, MIN_SCHEMA_WAIT_MS * 2 ** Math.min(attempt, 10));
        await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      }
      return false;
    } finally {
      this.#waiting.delete(name);
      this.#tell(place.topic);
    }
  }

  async #publish(): Promise<number> {
    if (this.#registry !== null) return this.#registry.publish();
    const { kafka, log, metrics } = this.#options;
    return this.#topic.publish(async (records) => {
      const producer = await EventProducer.connect(kafka, log, metrics);
      try {
        await Promise.all(records.map((record) => producer.send(this.#options.topic, record)));
      } finally {
        await producer.disconnect();
      }
    });
  }

  #tell(topic: string): void {
    const { ready } = this.#options;
    const waiting = [...this.#waiting];
    this.#gauge.set({ topic }, waiting.filter(([, one]) => one.topic === topic).length);
    const missing = waiting.map(
      ([name, { id }]) => `${name} waits for schema ${id}${this.#store.isTooNew(id) ? ' (too new)' : ''}`,
    );
    ready.set('schemas', missing.length === 0, missing.slice(0, MAX_TOLD).join('; '));
  }
}

/** Partitions that readiness names. */
const MAX_TOLD = 8;
