import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ReportLabeled } from '../../../core/radiology/events.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { consume } from '../../../platform/kafka/consumer.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import { events } from '../../../schemas/events.ts';
import { deadLetterTopic, MAX_RECORD_BYTES, TOPICS } from '../../../schemas/topics.ts';
import { config } from '../../../services/labeler/config.ts';
import { type NAMES, start } from '../../../services/labeler/service.ts';

const PARTITIONS = 2;

export interface LabelerRun {
  topic: Exclude<keyof typeof NAMES, 'groupId' | 'models'>;
  /** records of that topic, null for a tombstone */
  records: readonly { key: string; value: Buffer | null }[];
  /** the service runs until so many events came out */
  expected: number;
  env?: Record<string, string>;
}

/** Gives records to a labeler with topics of its own, and what came out, each keyed by its case. */
export async function runLabeler(
  brokers: readonly string[],
  { topic, records, expected, env = {} }: LabelerRun,
): Promise<ReportLabeled[]> {
  const kafka = testKafka(brokers);
  const id = randomUUID();
  const topics = {
    received: `test-received-${id}`,
    labeled: `test-labeled-${id}`,
    cases: `test-cases-${id}`,
  };
  const large = { 'max.message.bytes': String(MAX_RECORD_BYTES) };
  const keyed = Object.values(topics).map((name) => ({ name, keyed: true, config: large }));
  const models = `test-models-${id}`;
  const others = [deadLetterTopic('labeler'), TOPICS.schema, models];
  const single = others.map((name) => ({ name, keyed: false, config: large }));
  await createTopics(kafka, [...keyed, ...single], PARTITIONS, 1);
  const producer = kafka.producer();
  await producer.connect();
  for (const record of records) await producer.send({ topic: topics[topic], messages: [record] });
  await producer.disconnect();
  const context = testContext('labeler');
  const settings = loadConfig(config, {
    INTERLEAVE_KAFKA_BROKERS: brokers.join(','),
    INTERLEAVE_PARTITIONS: String(PARTITIONS),
    ...env,
  });
  const service = await start(settings, context, { groupId: `test-${id}`, ...topics, models });
  const got: ReportLabeled[] = [];
  const reading = await consume(kafka, {
    groupId: randomUUID(),
    topics: [topics.labeled],
    handle: async (batch) => {
      for (const { key, value } of batch) {
        const event = events.reportLabeled.decode(value ?? Buffer.alloc(0));
        assert.equal(key, event.received.caseId);
        got.push(event);
      }
    },
    ...testContext('reader'),
  });
  try {
    await until(() => got.length >= expected || context.failures.length > 0);
    assert.deepEqual(context.failures, []);
    return got;
  } finally {
    await Promise.all([reading.stop(), service.stop()]);
  }
}
