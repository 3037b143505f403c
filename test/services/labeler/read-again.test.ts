import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import type { Case, ReportLabeled } from '../../../core/radiology/events.ts';
import { mergeReport } from '../../../core/radiology/merge.ts';
import { deadLetterTopic, MAX_RECORD_BYTES } from '../../../core/radiology/topics.ts';
import { LABELER } from '../../../core/text/labeler-version.ts';
import { reportLabels } from '../../../core/text/report-labels.ts';
import { loadConfig } from '../../../platform/config.ts';
import { consume } from '../../../platform/kafka/consumer.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import { testContext } from '../../../platform/testing.ts';
import { events } from '../../../schemas/events.ts';
import { config } from '../../../services/labeler/config.ts';
import { start } from '../../../services/labeler/service.ts';
import { engines } from '../../support/engines.ts';
import { digestOf, reportLabeled } from '../../support/event-fixture.ts';
import { testKafka } from '../../support/test-kafka.ts';
import { until } from '../../support/until.ts';

const PARTITIONS = 2;

let kafka: Kafka;
let brokers: string[];

before(async () => {
  brokers = (await engines()).kafkaBrokers;
  kafka = testKafka(brokers);
});

const older = { labeler: { generation: 1, hash: 'an older labeler' } };

/** A case with one report, as the joiner leaves it. */
function caseOf(name: string, given: Parameters<typeof reportLabeled>[0]): { key: string; state: Case } {
  const key = digestOf(name).slice(0, 32);
  const parts = [{ section: null, text: `FINDINGS: Small left pneumothorax. ${name}.` }];
  const received = { caseId: key, digest: digestOf(name), parts, ...given?.received };
  return { key, state: mergeReport(null, reportLabeled({ ...given, received })) };
}

test('reports that an older labeler read are read again, each at its place in its case; others are left alone', async () => {
  const old = caseOf('old', { receivedOffset: 7, readAt: 5, reading: older });
  const newest = caseOf('newest', { readAt: 5, reading: { labeler: LABELER } });
  const future = { labeler: { generation: LABELER.generation + 1, hash: 'x' } };
  const ahead = caseOf('ahead', { readAt: 5, reading: future });
  const beside = caseOf('beside', { readAt: Date.now() + 3_600_000, reading: older });
  const withoutText = caseOf('without text', { reading: older, received: { parts: [] } });
  const last = caseOf('last', { readAt: 5, reading: older });
  const cases = [newest, ahead, beside, withoutText].map(({ key, state }) => ({
    key,
    state: state as Case | null,
  }));
  const got = await readAgainFrom([{ key: old.key, state: null }, ...cases, old, last], 2);

  assert.deepEqual(new Set(got.map(({ received }) => received.caseId)), new Set([old.key, last.key]));
  const event = got.find(({ received }) => received.caseId === old.key);
  assert.ok(event?.again);
  assert.equal(event.receivedOffset, 7);
  assert.ok(event.readAt > 5);
  assert.deepEqual({ ...event.reading.labeler }, LABELER);
  assert.deepEqual([...reportLabels(event.reading.findings)], [['pneumothorax', 'PRESENT']]);
  assert.notEqual(event.reading.textVector, null);

  const { reports } = mergeReport(old.state, { ...event, again: false });
  assert.equal(reports.length, 1);
  assert.equal(reports[0]?.latest.reading.labeler.hash, LABELER.hash);
  assert.equal(reports[0]?.versions.length, 1);
});

/** Gives a service of its own these states of cases, null for one that was erased, and what came out. */
async function readAgainFrom(
  cases: readonly { key: string; state: Case | null }[],
  expected: number,
): Promise<ReportLabeled[]> {
  const id = randomUUID();
  const topics = {
    received: `test-received-${id}`,
    labeled: `test-labeled-${id}`,
    cases: `test-cases-${id}`,
  };
  const settings = { 'max.message.bytes': String(MAX_RECORD_BYTES) };
  const keyed = Object.values(topics).map((name) => ({ name, keyed: true, config: settings }));
  await createTopics(
    kafka,
    [...keyed, { name: deadLetterTopic('labeler'), keyed: false, config: settings }],
    PARTITIONS,
    1,
  );
  const context = testContext('labeler');
  const producer = kafka.producer();
  await producer.connect();
  for (const { key, state } of cases) {
    const value = state === null ? null : events.case.encode(state);
    await producer.send({ topic: topics.cases, messages: [{ key, value }] });
  }
  await producer.disconnect();
  const env = {
    INTERLEAVE_KAFKA_BROKERS: brokers.join(','),
    INTERLEAVE_PARTITIONS: String(PARTITIONS),
    INTERLEAVE_LABELER_READ_AGAIN: 'on',
  };
  const service = await start(loadConfig(config, env), context, { groupId: `test-${id}`, ...topics });
  const got: ReportLabeled[] = [];
  const reading = await consume(kafka, {
    groupId: randomUUID(),
    topics: [topics.labeled],
    handle: async (records) => {
      for (const { key, value } of records) {
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
