import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type OwnKafka, ownKafka } from '../../../harness/own-kafka.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { consume } from '../../../platform/kafka/consumer.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { loseLog, rememberLog } from '../../support/lose-log.ts';

const TOPIC = TOPICS.reportReceived;

describe('a topic that goes back behind the group that reads it', () => {
  let broker: OwnKafka;
  let folder: string;

  before(async () => {
    broker = await ownKafka(1);
    folder = await mkdtemp(join(tmpdir(), 'interleave-gate-'));
  });
  after(async () => {
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  async function send(...values: string[]) {
    const { log, metrics } = testContext('test');
    const producer = await EventProducer.connect(testKafka(broker.brokers), log, metrics);
    for (const value of values) await producer.send(TOPIC, { key: 'a', value: Buffer.from(value) });
    await producer.disconnect();
  }

  /** Reads until this record came, as a service does. */
  async function readUntil(value: string) {
    const got: string[] = [];
    const context = testContext('test');
    const consumer = await consume(testKafka(broker.brokers), {
      ...context,
      groupId: 'interleave-labeler',
      topics: [TOPIC],
      async handle(records) {
        got.push(...records.map((record) => String(record.value)));
      },
    });
    await until(() => got.includes(value), 60_000, value);
    await consumer.stop();
    return { got, metrics: await context.metrics.text() };
  }

  test('that grew past the group again: nothing is passed over, and it is told', async () => {
    await send('1', '2');
    assert.deepEqual((await readUntil('2')).got, ['1', '2']);
    const moment = await rememberLog(broker, join(folder, 'copy'));
    await send('3', '4');
    const { got, metrics } = await readUntil('4');
    assert.deepEqual(got, ['3', '4']);
    assert.doesNotMatch(metrics, /went_back_total\{topic/);
    await loseLog(broker, 'lost tail', moment);

    await send('new 3', 'new 4', 'new 5');
    const again = await readUntil('new 5');
    assert.deepEqual(again.got, ['1', '2', 'new 3', 'new 4', 'new 5']);
    assert.match(again.metrics, /interleave_log_went_back_total\{topic="radiology.report.received"[^}]*\} 1/);
  });

  test('that ends before the group: read again from its beginning, and it is told', async () => {
    const moment = await rememberLog(broker, join(folder, 'copy2'));
    await send('6', '7');
    assert.deepEqual((await readUntil('7')).got, ['6', '7']);
    await loseLog(broker, 'lost tail', moment);
    await send('new 6');
    const { got, metrics } = await readUntil('new 6');
    assert.deepEqual(got, ['1', '2', 'new 3', 'new 4', 'new 5', 'new 6']);
    assert.match(metrics, /interleave_log_went_back_total\{topic="radiology.report.received"[^}]*\} 1/);
  });
});
