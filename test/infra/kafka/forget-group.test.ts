import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import { testContext } from '../../../harness/service-context.ts';
import { until } from '../../../harness/until.ts';
import { forgetGroup } from '../../../infra/kafka/forget-group.ts';
import { createKafka } from '../../../platform/kafka/client.ts';
import { consume } from '../../../platform/kafka/consumer.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import { engines } from '../../support/engines.ts';

const { log } = testContext('test');
let kafka: Kafka;
let brokers: string[];

before(async () => {
  brokers = (await engines()).kafkaBrokers;
  kafka = createKafka(brokers, 'test', log);
});

test('a group that is forgotten begins at the beginning; while it has members it is not', async () => {
  const topic = `test-${randomUUID()}`;
  const groupId = randomUUID();
  await forgetGroup(brokers, groupId, log);
  await createTopics(kafka, [{ name: topic, keyed: true, config: {} }], 1, 1);
  const { metrics } = testContext('test');
  const producer = await EventProducer.connect(kafka, log, metrics);
  await producer.send(topic, { key: 'a', value: Buffer.from('1') });

  const readAll = async (whileReading: () => Promise<void>): Promise<string[]> => {
    const got: string[] = [];
    const consumer = await consume(kafka, {
      ...testContext('test'),
      groupId,
      topics: [topic],
      async handle(records) {
        got.push(...records.map((record) => String(record.value)));
      },
    });
    await until(() => got.length > 0);
    await whileReading();
    await consumer.stop();
    return got;
  };

  await readAll(() =>
    assert.rejects(forgetGroup(brokers, groupId, log, 0), {
      code: 'KAFKA_UNAVAILABLE',
      message: /still has members/,
    }),
  );
  await forgetGroup(brokers, groupId, log);
  assert.deepEqual(await readAll(async () => undefined), ['1']);
  await producer.disconnect();
});
