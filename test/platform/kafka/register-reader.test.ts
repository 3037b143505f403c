import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Kafka, Producer } from 'kafkajs';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { createKafka } from '../../../platform/kafka/client.ts';
import type { FetchedRecord } from '../../../platform/kafka/fetched-records.ts';
import { TOPIC_CREATION_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { RegisterReader } from '../../../platform/kafka/register-reader.ts';
import { withAdmin } from '../../../platform/kafka/topics.ts';
import { engines } from '../../support/engines.ts';

describe('a register is read whole and followed', () => {
  let kafka: Kafka;
  let producer: Producer;
  const opened: RegisterReader[] = [];

  before(async () => {
    kafka = testKafka((await engines()).kafkaBrokers);
    producer = kafka.producer();
    await producer.connect();
  });
  afterEach(async () => {
    for (const reader of opened.splice(0)) await reader.stop();
  });
  after(() => producer.disconnect());

  async function register(values: string[]): Promise<string> {
    const topic = `test-${randomUUID()}`;
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await withAdmin(kafka, (admin) =>
      admin.createTopics({
        timeout: TOPIC_CREATION_TIMEOUT_MS,
        topics: [{ topic, numPartitions: 1, configEntries }],
      }),
    );
    await send(topic, values);
    return topic;
  }
  async function send(topic: string, values: string[]): Promise<void> {
    if (values.length > 0)
      await producer.send({ topic, messages: values.map((value) => ({ key: value, value })) });
  }
  const detail = (context: ReturnType<typeof testContext>) => JSON.stringify(context.ready.describe());
  function follow(
    topic: string,
    more: { maxRecords?: number; kafka?: Kafka; apply?: (records: readonly FetchedRecord[]) => number } = {},
  ) {
    const context = testContext('register');
    const read: string[] = [];
    const reader = new RegisterReader({
      kafka,
      topic,
      apply: (records) => {
        read.push(...records.map(({ value }) => String(value)));
        return new Set(read).size;
      },
      ...context,
      fail: (error) => context.failures.push(error),
      ...more,
    });
    opened.push(reader);
    return { reader, read, context };
  }

  test('what is there at the start is read before it is whole, and what comes later soon after', async () => {
    const topic = await register(['a', 'b', 'c']);
    const { reader, read, context } = follow(topic);
    assert.equal(reader.isWhole, false);
    assert.equal(context.ready.ok, false);
    await reader.whole();
    assert.deepEqual(read, ['a', 'b', 'c']);
    assert.equal(context.ready.ok, true);
    await send(topic, ['d']);
    await until(() => read.length === 4, 5_000, 'the later one');
  });

  test('an empty one is whole at once', async () => {
    const { reader } = follow(await register([]));
    await reader.whole();
    assert.equal(reader.isWhole, true);
  });

  test('MAX_REGISTER_RECORDS: a repeat, or what counts for nothing, takes no room', async () => {
    const kept = new Set<string>();
    const apply = (records: readonly FetchedRecord[]) => {
      for (const { value } of records) if (String(value) !== 'forged') kept.add(String(value));
      return kept.size;
    };
    const { reader, context } = follow(await register(['a', 'b', 'a', 'forged', 'b', 'a']), {
      maxRecords: 2,
      apply,
    });
    await reader.whole();
    assert.deepEqual([reader.isWhole, context.ready.ok, context.failures], [true, true, []]);
  });

  test('MAX_REGISTER_RECORDS: one too large at the start is told, and never becomes whole or ready', async () => {
    const { context, reader, read } = follow(await register(['a', 'b', 'c']), { maxRecords: 2 });
    await until(() => detail(context).includes('REGISTER_TOO_LARGE'), 10_000, 'it is told');
    assert.deepEqual([reader.isWhole, context.ready.ok, context.failures], [false, false, []]);
    assert.ok(read.length >= 3, 'what was read stays known');
    const whole = assert.rejects(reader.whole(), { code: 'KAFKA_UNAVAILABLE' });
    await reader.stop();
    await whole;
  });

  test('MAX_REGISTER_RECORDS: one that grows too large is not whole any more, and the process goes on', async () => {
    const topic = await register(['a', 'b']);
    const { context, reader } = follow(topic, { maxRecords: 2 });
    await reader.whole();
    await send(topic, ['c']);
    await until(() => detail(context).includes('REGISTER_TOO_LARGE'), 10_000, 'it is told');
    assert.deepEqual([reader.isWhole, context.ready.ok, context.failures], [false, false, []]);
  });

  test('while Kafka is away it is not whole, and it can be stopped', async () => {
    const context = testContext('register');
    const away = createKafka(['127.0.0.1:1'], 'away', context.log);
    const { reader, context: told } = follow('nowhere', { kafka: away });
    const whole = assert.rejects(reader.whole(), { code: 'KAFKA_UNAVAILABLE' });
    assert.equal(reader.isWhole, false);
    assert.equal(told.ready.ok, false);
    await reader.stop();
    await whole;
    assert.deepEqual(told.failures, []);
  });
});
