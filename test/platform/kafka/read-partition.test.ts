import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import kafkajs, { type Kafka } from 'kafkajs';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { TOPIC_CREATION_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { PartitionReader } from '../../../platform/kafka/read-partition.ts';
import { withAdmin } from '../../../platform/kafka/topics.ts';
import { type PartitionOutput, PartitionProducer } from '../../../services/joiner/partition-producer.ts';
import { engines } from '../../support/engines.ts';

const { Partitioners } = kafkajs;

describe('one partition is read from an offset to its end', () => {
  let kafka: Kafka;
  let reader: PartitionReader;
  /** what a test has opened; a client left open would keep this process alive */
  const opened: { disconnect(): Promise<void> }[] = [];

  before(async () => {
    kafka = testKafka((await engines()).kafkaBrokers);
    reader = await PartitionReader.connect(kafka);
  });
  afterEach(() => Promise.all(opened.splice(0).map((client) => client.disconnect())));
  after(() => reader.disconnect());

  function closedAfterwards<T extends { disconnect(): Promise<void> }>(client: T): T {
    opened.push(client);
    return client;
  }

  async function fence(id: string, output: PartitionOutput): Promise<PartitionProducer> {
    return closedAfterwards(await PartitionProducer.fence(kafka, id, output));
  }

  async function topicWith(config: Record<string, string> = {}): Promise<string> {
    const topic = `test-${randomUUID()}`;
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await withAdmin(kafka, (admin) =>
      admin.createTopics({
        timeout: TOPIC_CREATION_TIMEOUT_MS,
        topics: [{ topic, numPartitions: 1, configEntries }],
      }),
    );
    return topic;
  }

  async function readAll(topic: string, from = 0) {
    const { high } = await reader.ends(topic, 0);
    const keys: string[] = [];
    let reached = from;
    await reader.read(topic, 0, from, high, async (records, next) => {
      keys.push(...records.map(({ key }) => key));
      assert.ok(next > reached);
      reached = next;
    });
    assert.equal(reached, Math.max(from, high));
    return keys;
  }

  test('a reader that is closed while it asks opens no connection anew', async () => {
    const topic = await topicWith();
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    for (let i = 0; i < 5; i++) {
      const hasty = await PartitionReader.connect(kafka);
      const settled = Promise.allSettled([hasty.ends(topic, 0), hasty.ends(topic, 0)]);
      await hasty.disconnect();
      await settled;
      await assert.rejects(hasty.ends(topic, 0), { code: 'KAFKA_UNAVAILABLE' });
    }
    await until(() => sockets() <= before);
  });

  test('reads at the same time leave no connection open', async () => {
    const topic = await topicWith();
    const producer = closedAfterwards(kafka.producer());
    await producer.connect();
    await producer.send({ topic, messages: [{ key: 'a', value: '1' }] });
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    const several = await PartitionReader.connect(kafka);
    const { high } = await several.ends(topic, 0);
    await Promise.all([1, 2, 3].map(() => several.read(topic, 0, 0, high, async () => undefined)));
    await several.disconnect();
    await until(() => sockets() <= before);
  });

  test('an empty partition ends at once', async () => {
    assert.deepEqual(await readAll(await topicWith()), []);
  });

  test('tombstones are records too, and reading may begin in the middle of a batch', async () => {
    const topic = await topicWith();
    const producer = closedAfterwards(kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner }));
    await producer.connect();
    await producer.send({
      topic,
      messages: [
        { key: 'a', value: 'x' },
        { key: 'b', value: null },
        { key: 'c', value: 'y' },
      ],
    });
    assert.deepEqual(await readAll(topic), ['a', 'b', 'c']);
    assert.deepEqual(await readAll(topic, 1), ['b', 'c']);
  });

  test('it ends behind the control record of a transaction, and aborted records are not read', async () => {
    const topic = await topicWith();
    const id = randomUUID();
    const output = { topic, partition: 0, groupId: `test-${id}` };
    const producer = await fence(id, output);
    await producer.commit(new Map([['a', Buffer.from('1')]]), new Map());
    const aborting = closedAfterwards(
      kafka.producer({
        transactionalId: `${id}-aborting`,
        maxInFlightRequests: 1,
        idempotent: true,
      }),
    );
    await aborting.connect();
    const transaction = await aborting.transaction();
    await transaction.send({ topic, messages: [{ key: 'aborted', value: '2', partition: 0 }] });
    await transaction.abort();
    const written = await producer.commit(new Map([['b', Buffer.from('3')]]), new Map());
    assert.deepEqual(written, { ranges: [{ first: 4, last: 4 }], last: 4 });
    assert.deepEqual(await readAll(topic), ['a', 'b']);
  });

  test('fencing ends the open transaction of a predecessor and shuts it out', async () => {
    const topic = await topicWith();
    const transactionalId = randomUUID();
    const output = { topic, partition: 0, groupId: `test-${transactionalId}` };
    const dead = closedAfterwards(
      kafka.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true }),
    );
    await dead.connect();
    const open = await dead.transaction();
    await open.send({ topic, messages: [{ key: 'never committed', value: '1', partition: 0 }] });

    const first = await fence(transactionalId, output);
    assert.deepEqual(await readAll(topic), [], 'readers do not wait for the dead one');
    await assert.rejects(open.commit());

    const second = await fence(transactionalId, output);
    await assert.rejects(first.commit(new Map([['zombie', Buffer.from('1')]]), new Map()), {
      code: 'PRODUCER_FENCED',
    });
    await second.commit(new Map([['a', Buffer.from('1')]]), new Map());
    assert.deepEqual(await readAll(topic), ['a']);
  });

  test('positions alone are committed as fast as they come, while the broker still ends the transaction before', async () => {
    const topic = await topicWith();
    const id = randomUUID();
    const producer = await fence(id, { topic, partition: 0, groupId: id });
    for (let position = 1; position <= 100; position++)
      assert.equal(await producer.commit(new Map(), new Map([[topic, position]])), null);
    const offsets = await withAdmin(kafka, (admin) => admin.fetchOffsets({ groupId: id, topics: [topic] }));
    assert.equal(offsets[0]?.partitions[0]?.offset, '100');
  });

  test('more than one send holds, and a record of nearly 4 MiB', async () => {
    const topic = await topicWith({ 'max.message.bytes': String(4 * 1024 * 1024) });
    const id = randomUUID();
    const producer = await fence(id, { topic, partition: 0, groupId: id });
    const records = new Map([
      ['large', Buffer.alloc(4 * 1024 * 1024 - 16 * 1024)],
      ...Array.from({ length: 20 }, (_, i) => [`${i}`, Buffer.alloc(100_000)] as const),
    ]);
    await producer.commit(records, new Map());
    assert.deepEqual(await readAll(topic), [...records.keys()]);
  });

  test('what compaction has removed, whole batches and their ends, is passed by', {
    timeout: 180_000,
  }, async () => {
    const topic = await topicWith({
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.001',
      'max.compaction.lag.ms': '100',
      'delete.retention.ms': '100',
    });
    const id = randomUUID();
    const producer = await fence(id, { topic, partition: 0, groupId: id });
    const batch = (from: number) =>
      new Map(Array.from({ length: 40 }, (_, i) => [`${from + i}`, Buffer.from(randomUUID())] as const));
    for (let round = 0; round < 5; round++) {
      await producer.commit(batch(0), new Map());
      await producer.commit(batch(20), new Map());
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const all = new Set(Array.from({ length: 60 }, (_, i) => `${i}`));
    await until(async () => (await readAll(topic)).length < 5 * 80, 150_000, 'a compaction');
    for (const from of [0, 1, 50, 100, 300]) {
      const keys = await readAll(topic, from);
      assert.deepEqual(new Set(keys), all, `from ${from}`);
    }
  });
});
