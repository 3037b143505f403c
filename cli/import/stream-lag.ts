import type { Admin, Kafka } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { readLag } from '../../platform/kafka/watch-lag.ts';
import { createLogger } from '../../platform/process/log.ts';
import { type StreamStage, streamStages } from '../../schemas/stream-groups.ts';
import { LIVE_INDEX_MS } from './limits.ts';

export interface StreamLagOptions {
  brokers: string[];
  joinerGroup: string;
  /** the index that is searched; undefined where there is none */
  casesIndex(): Promise<string | undefined>;
}

/** How much lies before the services, from the gateways to the index that is searched. */
export class StreamLag {
  readonly #options: StreamLagOptions;
  readonly #kafka: Kafka;
  #admin: Admin | null = null;
  #stages: { known: readonly StreamStage[]; askedAt: number } | null = null;

  constructor(options: StreamLagOptions) {
    this.#options = options;
    this.#kafka = createKafka(options.brokers, 'interleave-import', createLogger('import', 'silent'));
  }

  /** Records, all stages together. Rejects with `KAFKA_UNAVAILABLE`, and as `casesIndex` does. */
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
  }

  async #connected(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }

  async #currentStages(): Promise<readonly StreamStage[]> {
    const now = performance.now();
    if (this.#stages !== null && now - this.#stages.askedAt < LIVE_INDEX_MS) return this.#stages.known;
    const known = streamStages(await this.#options.casesIndex(), this.#options.joinerGroup);
    this.#stages = { known, askedAt: now };
    return known;
  }
}
