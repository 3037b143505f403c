import { randomBytes } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { type CaseCorrection, correctionKey, sealedCorrection } from '../../../core/radiology/corrections.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import type { Schemas } from '../../../platform/kafka/schemas.ts';
import type { Logger } from '../../../platform/process/log.ts';
import type { Metrics } from '../../../platform/process/metrics.ts';
import { events } from '../../../schemas/events.ts';
import type { Act } from './act-request.ts';

export interface ActRegisterOptions {
  kafka: Kafka;
  topic: string;
  secret: Buffer;
  schemas: Pick<Schemas, 'publish'>;
  log: Logger;
  metrics: Metrics;
}

/**
 * Writes acts to `radiology.case.correction`. It connects with the first act: search goes on answering while Kafka is away, and
 * whoever decides something then is told so.
 */
export class ActRegister {
  readonly #options: ActRegisterOptions;
  #producer: Promise<EventProducer> | null = null;

  constructor(options: ActRegisterOptions) {
    this.#options = options;
  }

  /**
   * Resolves when all in-sync replicas have the act. Throws `KAFKA_UNAVAILABLE`, and then it may have landed; made again, it is
   * another act.
   */
  async record(act: Act): Promise<CaseCorrection> {
    const { topic, secret } = this.#options;
    const correction = sealedCorrection(secret, {
      ...act,
      id: randomBytes(ID_BYTES).toString('hex'),
      decidedAt: Date.now(),
      actorVerified: false, // there is no sign-in yet
    });
    const producer = await this.#connected();
    const value = events.caseCorrection.encode(correction);
    await producer.send(topic, { key: correctionKey(secret, correction), value });
    return correction;
  }

  async stop(): Promise<void> {
    const producer = await this.#producer?.catch(() => null);
    await producer?.disconnect();
  }

  #connected(): Promise<EventProducer> {
    this.#producer ??= this.#connect().catch((error: unknown) => {
      this.#producer = null;
      throw error;
    });
    return this.#producer;
  }

  /** Nothing may be written before every reader can have its schema. */
  async #connect(): Promise<EventProducer> {
    const { kafka, schemas, log, metrics } = this.#options;
    await schemas.publish();
    return EventProducer.connect(kafka, log, metrics);
  }
}

const ID_BYTES = 16;
