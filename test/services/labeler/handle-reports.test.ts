import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import type { ReportLabeled } from '../../../core/radiology/events.ts';
import { deadLetterCodec } from '../../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../../platform/kafka/producer.ts';
import { testContext } from '../../../platform/testing.ts';
import { events } from '../../../schemas/events.ts';
import { handleReports } from '../../../services/labeler/handle-reports.ts';
import { reportLabeled } from '../../support/event-fixture.ts';

const TOPIC = 'labeled';

/** What comes out for one report, where records hold `maxBytes`. */
async function through(text: string, maxBytes: number) {
  const passedOn: ReportLabeled[] = [];
  const deadLetters: string[] = [];
  const producer = {
    send: async (topic: string, { value }: { value: Buffer }) => {
      if (topic === TOPIC && value.length > maxBytes) throw new InterleaveError('EVENT_TOO_LARGE');
      if (topic === TOPIC) passedOn.push(events.reportLabeled.decode(value));
      else deadLetters.push(deadLetterCodec.decode(value).code);
    },
  } as unknown as EventProducer;
  const { log, metrics } = testContext('labeler');
  const vectors = { vectorsOf: async (reports: readonly unknown[]) => reports.map(() => null) };
  const { received } = reportLabeled({ received: { parts: [{ section: null, text }] } });
  const value = events.reportReceived.encode(received);
  const record = {
    topic: 't',
    partition: 0,
    offset: 0,
    key: received.caseId,
    value,
    timestamp: 0,
    headers: {},
  };
  await handleReports({ vectors, producer, topic: TOPIC, log, metrics })([record], async () => undefined);
  return { passedOn, deadLetters, size: value.length };
}

const TEXT = 'Small effusion. '.repeat(1_000);

test('a report that fills its record goes on without its text: the gateway took it, so it must not stop the line', async () => {
  const { size } = await through(TEXT, Number.POSITIVE_INFINITY);
  const { passedOn, deadLetters } = await through(TEXT, size);
  assert.deepEqual(deadLetters, []);
  assert.deepEqual(
    passedOn.map(({ received, reading }) => [received.parts, reading.problem]),
    [[[], 'EVENT_TOO_LARGE']],
  );
});

test('where nothing helps, the record becomes a dead letter', async () => {
  assert.deepEqual((await through(TEXT, 10)).deadLetters, ['EVENT_TOO_LARGE']);
});
