/** How an import gives way, on a broker of its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamLag } from '../../../cli/import/stream-lag.ts';
import { Turns } from '../../../cli/import/turns.ts';
import { type OwnKafka, ownKafka } from '../../../harness/own-kafka.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { withAdmin } from '../../../platform/kafka/topics.ts';
import { STREAM_GROUPS, streamStages } from '../../../schemas/stream-groups.ts';
import { TOPICS } from '../../../schemas/topics.ts';

const INDEX = 'cases-1-20261130000000';
const PARTITIONS = 2;
const never = new AbortController().signal;

let kafka: OwnKafka;
before(async () => {
  kafka = await ownKafka(PARTITIONS);
});
after(() => kafka?.stop());

function streamLag(): StreamLag {
  return new StreamLag({
    brokers: kafka.brokers,
    joinerGroup: STREAM_GROUPS.joiner,
    casesIndex: () => Promise.resolve(INDEX),
  });
}

async function write(topic: string, count: number): Promise<void> {
  const producer = testKafka(kafka.brokers).producer();
  await producer.connect();
  const messages = Array.from({ length: count }, (_, n) => ({
    key: `${n}`,
    value: 'x',
    partition: n % PARTITIONS,
  }));
  await producer.send({ topic, messages });
  await producer.disconnect();
}

/** A group has read a topic to its end: its offsets are committed without a member, which takes no time to join. */
async function read(groupId: string, topic: string): Promise<void> {
  const client = testKafka(kafka.brokers);
  const ends = await withAdmin(client, (admin) => admin.fetchTopicOffsets(topic));
  const producer = client.producer({ transactionalId: `offsets of ${groupId}`, maxInFlightRequests: 1 });
  await producer.connect();
  const transaction = await producer.transaction();
  const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
  await transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic, partitions }] });
  await transaction.commit();
  await producer.disconnect();
}

test('the lag is what lies before the labeler, inference, the joiner and the indexer of the index that is searched', async (t) => {
  const lag = streamLag();
  t.after(() => lag.close());
  assert.equal(await lag.read(), 0);
  const topics = [
    TOPICS.reportReceived,
    TOPICS.imageReceived,
    TOPICS.reportLabeled,
    TOPICS.imageEmbedded,
    TOPICS.case,
  ];
  for (const [n, topic] of topics.entries()) await write(topic, n + 1);
  assert.equal(await lag.read(), 1 + 2 + 3 + 4 + 5);
  await read('interleave-indexer-of-another-build', TOPICS.case);
  assert.equal(await lag.read(), 15, 'an index that is being built is no part of the stream');
  for (const { groupId, topics: own } of streamStages(INDEX))
    for (const topic of own) await read(groupId, topic);
  await until(async () => (await lag.read()) === 0); // a committed transaction is seen a moment later
});

test('turns stop while inference is behind, go on when it is not, and wait while the broker is away', async (t) => {
  const lag = streamLag();
  const turns = new Turns({ lag: () => lag.read(), maxLag: 20, lookMs: 100 });
  t.after(async () => {
    await turns.close();
    await lag.close();
  });
  await turns.take(5, never);
  turns.answered(5);

  await write(TOPICS.imageReceived, 30);
  await sleep(500);
  let went = false;
  const behind = turns.take(1, never).then(() => {
    went = true;
  });
  await until(() => turns.waiting?.why === 'LAG' && turns.waiting.lag === 30);
  await sleep(500);
  assert.equal(went, false);
  await read(STREAM_GROUPS.inference, TOPICS.imageReceived);
  await behind;
  turns.answered(1);

  await kafka.halt();
  await until(() => {
    void turns.take(1, AbortSignal.timeout(50)).catch(() => undefined);
    return turns.waiting?.why === 'UNKNOWN' && turns.waiting.code === 'KAFKA_UNAVAILABLE';
  });
  let back = false;
  const away = turns.take(1, never).then(() => {
    back = true;
  });
  await sleep(300);
  assert.equal(back, false);
  await kafka.resume();
  await away;
});
