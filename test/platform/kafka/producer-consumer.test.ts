import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import { InterleaveError } from '../../../core/errors.ts';
import { testContext } from '../../../harness/service-context.ts';
import { until } from '../../../harness/until.ts';
import { createKafka } from '../../../platform/kafka/client.ts';
import { type ConsumedRecord, consume } from '../../../platform/kafka/consumer.ts';
import { MAX_RECORD_VALUE_BYTES } from '../../../platform/kafka/limits.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { checkTopics, createTopics, withAdmin } from '../../../platform/kafka/topics.ts';
import { readLag } from '../../../platform/kafka/watch-lag.ts';
import { engines } from '../../support/engines.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

let kafka: Kafka;
let brokers: string[];
const context = () => testContext('test');
const PARTITIONS = 4;

before(async () => {
  brokers = (await engines()).kafkaBrokers;
  kafka = createKafka(brokers, 'test', context().log);
});

async function newTopic(): Promise<string> {
  const name = `test-${randomUUID()}`;
  await createTopics(kafka, [{ name, keyed: true, config: {} }], PARTITIONS, 1);
  return name;
}

async function connectProducer(limits = {}): Promise<EventProducer> {
  const { log, metrics } = context();
  const producer = await EventProducer.connect(kafka, log, metrics, limits);
  after(() => producer.disconnect());
  return producer;
}

interface Reading {
  groupId?: string;
  maxRecords?: number;
  /** may refuse records, by throwing, before they count as read */
  look?(records: readonly ConsumedRecord[]): void;
}

/** Consumes a topic and keeps what it got. */
async function read(topic: string, { look, groupId = randomUUID(), ...options }: Reading = {}) {
  const got: ConsumedRecord[] = [];
  const own = context();
  const consumer = await consume(kafka, {
    groupId,
    topics: [topic],
    ...own,
    ...options,
    async handle(records) {
      look?.(records);
      got.push(...records);
    },
  });
  const values = () => got.map((record) => String(record.value));
  return { ...own, got, values, stop: () => consumer.stop() };
}

test('what was confirmed is read, each key in order, by a group that joins later', async () => {
  const topic = await newTopic();
  const producer = await connectProducer();
  const sent = Array.from({ length: 500 }, (_, i) => ({ key: `k${i % 7}`, value: Buffer.from(String(i)) }));
  await Promise.all(sent.map((record) => producer.send(topic, record)));

  const groupId = randomUUID();
  const look = (records: readonly ConsumedRecord[]) => assert.ok(records.length <= 20);
  const { got, failures, stop } = await read(topic, { groupId, maxRecords: 20, look });
  await until(() => got.length === 500);
  await stop();
  assert.deepEqual(failures, []);
  for (let k = 0; k < 7; k++) {
    const numbers = got.filter((record) => record.key === `k${k}`).map((record) => Number(record.value));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
      `order of k${k}`,
    );
  }
  const lag = await withAdmin(kafka, (admin) => readLag(admin, groupId, [topic]));
  assert.equal(lag.get(topic), 0, 'everything that was handled is committed');
});

test('what ends a transaction, and what was in one that was aborted, is not lag', async () => {
  const topic = await newTopic();
  const groupId = randomUUID();
  const writer = kafka.producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
  await writer.connect();
  after(() => writer.disconnect());
  const write = async (value: string, end: 'commit' | 'abort'): Promise<void> => {
    const transaction = await writer.transaction();
    await transaction.send({ topic, messages: [{ key: 'a', value, partition: 0 }] });
    await transaction[end]();
  };
  const { got, values, failures, stop } = await read(topic, { groupId });
  after(stop);
  const lag = async () => (await withAdmin(kafka, (admin) => readLag(admin, groupId, [topic]))).get(topic);
  await write('1', 'commit');
  await until(async () => got.length === 1 && (await lag()) === 0);
  await write('2', 'abort');
  await until(async () => (await lag()) === 0);
  await write('3', 'commit');
  await until(async () => got.length === 2 && (await lag()) === 0);
  assert.deepEqual(values(), ['1', '3']);
  assert.deepEqual(failures, []);
});

test('an error that passes is tried again with the same records; nothing is skipped', async () => {
  const topic = await newTopic();
  const producer = await connectProducer();
  await producer.send(topic, { key: 'a', value: Buffer.from('1') });
  await producer.send(topic, { key: 'a', value: Buffer.from('2') });
  let failing = 3;
  const look = () => {
    if (failing-- > 0) throw new InterleaveError('ELASTICSEARCH_UNAVAILABLE');
  };
  const { got, values, metrics, failures, stop } = await read(topic, { look });
  await until(() => got.length === 2);
  await stop();
  assert.deepEqual(values(), ['1', '2']);
  assert.deepEqual(failures, []);
  assert.match(await metrics.text(), /retried_total\{.*code="ELASTICSEARCH_UNAVAILABLE".*\} 3/);
});

test('an error that does not pass ends the consumer, and the record is read again by the next', async () => {
  const topic = await newTopic();
  const producer = await connectProducer();
  await producer.send(topic, { key: 'a', value: Buffer.from('1') });
  const groupId = randomUUID();
  const look = () => {
    throw new Error('a mistake in the code');
  };
  const first = await read(topic, { groupId, look });
  await until(() => first.failures.length > 0);
  await first.stop();
  const second = await read(topic, { groupId });
  await until(() => second.got.length === 1);
  await second.stop();
});

test('a record over the limit is refused, one at the limit lands', async () => {
  const topic = `test-${randomUUID()}`;
  await createTopics(
    kafka,
    [{ name: topic, keyed: true, config: { 'max.message.bytes': String(4 * 1024 * 1024) } }],
    1,
    1,
  );
  const producer = await connectProducer();
  await producer.send(topic, { key: 'a', value: Buffer.alloc(MAX_RECORD_VALUE_BYTES - 1) });
  await assert.rejects(producer.send(topic, { key: 'a', value: Buffer.alloc(MAX_RECORD_VALUE_BYTES) }), {
    code: 'EVENT_TOO_LARGE',
  });
});

test('too much that waits is refused at once, by records and by bytes', async () => {
  const topic = await newTopic();
  const producer = await connectProducer({ maxQueuedRecords: 3, maxQueuedBytes: 1000 });
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => producer.send(topic, { key: 'a', value: Buffer.from('x') })),
  );
  assert.deepEqual(
    results.map((result) => (result.status === 'rejected' ? result.reason.code : 'confirmed')),
    ['confirmed', 'confirmed', 'confirmed', 'KAFKA_BUSY', 'KAFKA_BUSY'],
  );
  const [small, large] = await Promise.allSettled([
    producer.send(topic, { key: 'a', value: Buffer.alloc(600) }),
    producer.send(topic, { key: 'a', value: Buffer.alloc(600) }),
  ]);
  assert.equal(small?.status, 'fulfilled');
  assert.equal(large?.status === 'rejected' && large.reason.code, 'KAFKA_BUSY');
});

test('with Kafka away nothing is confirmed, within the time limit; afterwards it goes on, and what was confirmed is there', async () => {
  const topic = await newTopic();
  const [host = '', port = ''] = (brokers[0] ?? '').split(':');
  // Kafka tells its clients its own address, so the proxy stands in its place through a socket factory.
  const proxy = await TcpProxy.listen({ host, port: Number(port) });
  const { log, metrics } = context();
  const through = createKafka(brokers, 'test-proxy', log, { socketFactory: proxy.socketFactory() });
  const producer = await EventProducer.connect(through, log, metrics, { sendTimeoutMs: 1_500 });
  const confirmed: string[] = [];
  const send = async (value: string) => {
    await producer.send(topic, { key: 'a', value: Buffer.from(value) });
    confirmed.push(value);
  };
  await send('before');
  proxy.cut();
  const started = Date.now();
  await assert.rejects(send('during'), { code: 'KAFKA_UNAVAILABLE' });
  assert.ok(Date.now() - started < 5_000);
  proxy.heal();
  let sentAfter = false;
  await until(async () => {
    await send('after').then(
      () => {
        sentAfter = true;
      },
      () => undefined,
    );
    return sentAfter;
  }, 30_000);
  const { values, stop } = await read(topic);
  await until(() => values().includes('after'));
  await stop();
  for (const value of confirmed) assert.ok(values().includes(value), `${value} was confirmed and is there`);
  await producer.disconnect();
  await proxy.close();
});

test('topics with another partition count are refused with all differences', async () => {
  const topic = await newTopic();
  const missing = `test-${randomUUID()}`;
  await assert.rejects(
    checkTopics(
      kafka,
      [
        { name: topic, keyed: true },
        { name: missing, keyed: true },
      ],
      PARTITIONS + 1,
    ),
    (error: InterleaveError) =>
      error.code === 'TOPIC_MISMATCH' &&
      error.message.includes(`${topic} has ${PARTITIONS} partitions, not ${PARTITIONS + 1}`) &&
      error.message.includes(`${missing} is missing`),
  );
  const promise = await checkTopics(kafka, [{ name: topic, keyed: true }], PARTITIONS);
  assert.deepEqual(promise, { replicationFactor: 1, minInsyncReplicas: 1, survivesBrokerLoss: false });
});
