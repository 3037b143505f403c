/** The whole service in the test's own process, on a real Kafka, and a reader of what it writes there. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { EachMessagePayload, Kafka } from 'kafkajs';
import { caseId } from '../../../core/radiology/case-key.ts';
import type { ImageReceived } from '../../../core/radiology/events.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import { events } from '../../../schemas/events.ts';
import { TOPIC_SPECS, TOPICS } from '../../../schemas/topics.ts';
import { config as shape } from '../../../services/dicom-gateway/config.ts';
import { start } from '../../../services/dicom-gateway/service.ts';

export const PARTITIONS = 8;

export interface RunningGateway {
  port: number;
  store: ObjectStore;
  kafka: Kafka;
  /** was this event written by this gateway? Others may write to the same topic */
  isOwn(event: ImageReceived): boolean;
  ready: { ok: boolean };
}

export async function runningGateway(
  t: Pick<TestContext, 'after'>,
  brokers: string[],
  env: Record<string, string> = {},
): Promise<RunningGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'interleave-dicom-'));
  const secret = randomBytes(32);
  await writeFile(join(dataDir, 'site-secret'), secret, { mode: 0o600 });
  const kafka = testKafka(brokers);
  await createTopics(kafka, TOPIC_SPECS, PARTITIONS, 1);
  const config = loadConfig(shape, {
    INTERLEAVE_KAFKA_BROKERS: brokers.join(','),
    INTERLEAVE_DATA_DIR: dataDir,
    INTERLEAVE_PARTITIONS: String(PARTITIONS),
    INTERLEAVE_DICOM_PORT: '0',
    ...env,
  });
  const context = testContext('dicom-gateway');
  const gateway = await start(config, context);
  t.after(async () => {
    await gateway.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  return {
    port: gateway.port ?? 0,
    store: await openObjectStore(dataDir),
    kafka,
    isOwn: (event) => caseId(secret, event.caseKey) === event.caseId,
    ready: context.ready,
  };
}

/** Reads this gateway's events from the beginning of the topic, until they are enough. */
export async function readEvents(
  gateway: RunningGateway,
  enough: (found: readonly ImageReceived[]) => boolean,
): Promise<ImageReceived[]> {
  const consumer = gateway.kafka.consumer({ groupId: `test-${randomUUID()}` });
  const found: ImageReceived[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic: TOPICS.imageReceived, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`only ${found.length} events`)), 60_000);
      const eachMessage = async ({ message }: EachMessagePayload) => {
        const event = events.imageReceived.decode(message.value ?? Buffer.alloc(0));
        if (!gateway.isOwn(event)) return;
        if (message.key?.toString() !== event.caseId) reject(new Error('the key is not the case id'));
        found.push(event);
        if (!enough(found)) return;
        clearTimeout(timer);
        resolve();
      };
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return found;
}
