import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { lastLetters } from '../../cli/dead-letters/letters.ts';
import { type OwnKafka, youngKafka } from '../../harness/own-kafka.ts';
import { testContext } from '../../harness/service-context.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { deadLetterRecord } from '../../platform/kafka/dead-letter.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { createTopics } from '../../platform/kafka/topics.ts';
import { deadLetterTopic, TOPIC_SPECS } from '../../schemas/topics.ts';

let own: OwnKafka;

before(async () => {
  own = await youngKafka();
});
after(() => own.stop());

test('dead letters can be listed before any consumer has ever joined a group', async () => {
  const kafka = testKafka(own.brokers);
  const name = deadLetterTopic('labeler');
  await createTopics(
    kafka,
    TOPIC_SPECS.filter((spec) => spec.name === name),
    1,
    1,
  );
  const { log, metrics } = testContext('test');
  const producer = await EventProducer.connect(kafka, log, metrics);
  const place = { topic: 'radiology.report.received', partition: 3, offset: 12, timestamp: 0, headers: {} };
  await deadLetterRecord(producer, 'labeler', 'EVENT_UNREADABLE', {
    ...place,
    key: 'k',
    value: Buffer.from('x'),
  });
  await producer.disconnect();
  const letters = await lastLetters(own.brokers.join(','), ['labeler'], 5);
  assert.deepEqual(
    letters.map(({ record }) => record),
    ['radiology.report.received/3/12'],
  );
});
