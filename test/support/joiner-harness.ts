import { createHash } from 'node:crypto';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { correctionKey, sealedCorrection } from '../../core/radiology/corrections.ts';
import type { Case, ImageEmbedded, ReportLabeled } from '../../core/radiology/events.ts';
import { rejectionKey } from '../../core/radiology/rejections.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { PartitionReader } from '../../platform/kafka/read-partition.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';

const { Partitioners } = kafkajs;

export interface JoinerEvent {
  report?: ReportLabeled;
  image?: ImageEmbedded;
}

/** A case record as it stands on `radiology.case`. */
export interface CaseRecord {
  partition: number;
  offset: number;
  key: string;
  state: Case;
}

/** Plays labeler, inference and indexer to a joiner. */
export class JoinerHarness {
  readonly kafka: Kafka;
  readonly #producer: Producer;
  readonly #reader: PartitionReader;
  readonly #partitions: number;

  private constructor(kafka: Kafka, producer: Producer, reader: PartitionReader, partitions: number) {
    this.kafka = kafka;
    this.#producer = producer;
    this.#reader = reader;
    this.#partitions = partitions;
  }

  static async connect(brokers: string[], partitions: number): Promise<JoinerHarness> {
    const kafka = testKafka(brokers);
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    return new JoinerHarness(kafka, producer, await PartitionReader.connect(kafka), partitions);
  }

  /** Writes the events in this order, as their services would. */
  async send(list: readonly JoinerEvent[]): Promise<void> {
    for (const { report, image } of list) {
      if (report !== undefined)
        await this.sendRaw(TOPICS.reportLabeled, report.received.caseId, events.reportLabeled.encode(report));
      if (image !== undefined)
        await this.sendRaw(TOPICS.imageEmbedded, image.received.caseId, events.imageEmbedded.encode(image));
    }
  }

  /** Registers a rejection as the dicom-gateway does. */
  async reject(secret: Buffer, sopInstanceUid: string, noteUid = '1.9.1'): Promise<void> {
    const rejection = { sopInstanceUid, noteUid, titleCode: '113001', rejectedAt: Date.now() };
    const key = rejectionKey(secret, rejection);
    await this.sendRaw(TOPICS.imageRejected, key, events.imageRejected.encode(rejection));
  }

  /** Decides an erasure as `interleave erase` does. */
  async erase(secret: Buffer, caseId: string): Promise<void> {
    const decision = {
      kind: 'ERASE' as const,
      caseId,
      decidedAt: Date.now(),
      actor: 'test',
      reason: 'asked for',
    };
    const correction = sealedCorrection(secret, decision);
    await this.sendRaw(
      TOPICS.caseCorrection,
      correctionKey(secret, correction),
      events.caseCorrection.encode(correction),
    );
  }

  async sendRaw(topic: string, key: string, value: Buffer | null): Promise<void> {
    await this.#producer.send({ topic, acks: -1, messages: [{ key, value }] });
  }

  /** Every committed record of a topic, partition by partition. */
  async read(topic: string, partitions = this.#partitions) {
    const found: { partition: number; offset: number; key: string; value: Buffer | null }[] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const { low, high } = await this.#reader.ends(topic, partition);
      await this.#reader.read(topic, partition, low, high, async (records) => {
        found.push(...records.map((record) => ({ partition, ...record })));
      });
    }
    return found;
  }

  /** Every state that was ever written, in the order of each partition. */
  async history(): Promise<CaseRecord[]> {
    return (await this.read(TOPICS.case)).flatMap(({ partition, offset, key, value }) =>
      value === null ? [] : [{ partition, offset, key, state: events.case.decode(value) }],
    );
  }

  /** The newest state of each case. */
  async cases(): Promise<Map<string, Case>> {
    return new Map((await this.history()).map(({ key, state }) => [key, state]));
  }

  async disconnect(): Promise<void> {
    await this.#producer.disconnect();
    await this.#reader.disconnect();
  }
}

/** A case id as the gateways would make it. */
export function caseIdOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}
