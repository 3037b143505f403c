import type { Client } from '@elastic/elasticsearch';
import type { Admin, Kafka } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import { openElasticsearch } from '../../platform/elasticsearch/client.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { readLag } from '../../platform/kafka/watch-lag.ts';
import { createLogger } from '../../platform/process/log.ts';
import { INDEX_ALIASES } from '../../schemas/index/index-names.ts';
import { liveIndex } from '../../schemas/index/physical-indices.ts';
import { type StreamStage, streamStages } from '../../schemas/stream-groups.ts';
import { LIVE_INDEX_MS } from './limits.ts';

export interface StreamLagOptions {
  brokers: string[];
  elasticsearchUrl: string;
  joinerGroup: string;
}

/** How much lies before the services, from the gateways to the index that is searched. */
export class StreamLag {
  readonly #options: StreamLagOptions;
  readonly #kafka: Kafka;
  readonly #elasticsearch: Client;
  #admin: Admin | null = null;
  #stages: { known: readonly StreamStage[]; askedAt: number } | null = null;

  constructor(options: StreamLagOptions) {
    this.#options = options;
    this.#kafka = createKafka(options.brokers, 'interleave-import', createLogger('import', 'silent'));
    this.#elasticsearch = openElasticsearch(options.elasticsearchUrl);
  }

  /** Records, all stages together. Rejects with `KAFKA_UNAVAILABLE` or `ELASTICSEARCH_UNAVAILABLE`. */
  async read(): Promise<number> {
    const stages = await this.#currentStages();
    try {
      this.#admin ??= await this.#connected();
      let records = 0;
      for (const { groupId, topics } of stages)
        for (const lag of (await readLag(this.#admin, groupId, topics)).values()) records += lag;
      return records;
    } catch (cause) {
      const admin = this.#admin;
      this.#admin = null;
      await admin?.disconnect().catch(() => undefined);
      throw new InterleaveError('KAFKA_UNAVAILABLE', undefined, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#admin?.disconnect().catch(() => undefined);
    await this.#elasticsearch.close();
  }

  async #connected(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }

  async #currentStages(): Promise<readonly StreamStage[]> {
    const now = performance.now();
    if (this.#stages !== null && now - this.#stages.askedAt < LIVE_INDEX_MS) return this.#stages.known;
    try {
      const live = await liveIndex(this.#elasticsearch, INDEX_ALIASES);
      const known = streamStages(live?.names.cases, this.#options.joinerGroup);
      this.#stages = { known, askedAt: now };
      return known;
    } catch (cause) {
      throw new InterleaveError('ELASTICSEARCH_UNAVAILABLE', undefined, { cause });
    }
  }
}
