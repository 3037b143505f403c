import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { testContext } from '../../../harness/service-context.ts';
import { until } from '../../../harness/until.ts';
import { createKafka } from '../../../platform/kafka/client.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { PartitionReader } from '../../../platform/kafka/read-partition.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import { engines } from '../../support/engines.ts';

/** Kafka looks every 15 s what it can compact, and needs a second pass to take the tombstone itself. */
const FORGOTTEN_MS = 180_000;

test('a compacted topic forgets what a tombstone ends, the tombstone included, and nothing else', async (t) => {
  const { log, metrics } = testContext('test');
  const kafka = createKafka((await engines()).kafkaBrokers, 'test', log);
  const topic = `test-${randomUUID()}`;
  const config = {
    'cleanup.policy': 'compact',
    'segment.ms': '500',
    'min.cleanable.dirty.ratio': '0.001',
    'max.compaction.lag.ms': '1000',
    'delete.retention.ms': '100',
  };
  await createTopics(kafka, [{ name: topic, keyed: false, config }], 1, 1);
  const producer = await EventProducer.connect(kafka, log, metrics);
  const reader = await PartitionReader.connect(kafka);
  t.after(async () => {
    await producer.disconnect();
    await reader.disconnect();
  });
  const read = async () => {
    const found: { key: string; value: string | null }[] = [];
    const { low, high } = await reader.ends(topic, 0);
    await reader.read(topic, 0, low, high, async (records) => {
      for (const { key, value } of records) found.push({ key, value: value?.toString() ?? null });
    });
    return found;
  };
  const of = async (key: string) => (await read()).filter((record) => record.key === key);

  await producer.send(topic, { key: 'ended', value: Buffer.from('of a patient') });
  await producer.send(topic, { key: 'repeated', value: Buffer.from('first') });
  await producer.send(topic, { key: 'kept', value: Buffer.from('kept') });
  await producer.send(topic, { key: 'repeated', value: Buffer.from('last') });
  await producer.send(topic, { key: 'ended', value: null });
  assert.deepEqual(
    (await of('ended')).map(({ value }) => value),
    ['of a patient', null],
    'it is written as a tombstone',
  );
  let filler = 0;
  await until(
    async () => {
      // Compaction leaves the newest segment alone, so that something has to begin another one.
      await producer.send(topic, { key: `filler ${filler++ % 2}`, value: Buffer.from('x') });
      return (await of('ended')).length === 0;
    },
    FORGOTTEN_MS,
    'a topic that forgets',
  );
  assert.deepEqual(
    (await of('kept')).map(({ value }) => value),
    ['kept'],
  );
  assert.deepEqual((await of('repeated')).at(-1)?.value, 'last');
});
