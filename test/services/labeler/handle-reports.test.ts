import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportLabeled } from '../../../harness/event-fixture.ts';
import { testContext } from '../../../harness/service-context.ts';
import { events } from '../../../schemas/events.ts';
import { handleReports } from '../../../services/labeler/handle-reports.ts';
import { firstRecord, NarrowTopic } from '../../support/narrow-topic.ts';

/** What comes out for one report, where records hold `maxBytes`. */
async function through(text: string, maxBytes: number) {
  const topic = new NarrowTopic(events.reportLabeled, maxBytes);
  const vectors = { vectorsOf: async (reports: readonly unknown[]) => reports.map(() => null) };
  const { received } = reportLabeled({ received: { parts: [{ section: null, text }] } });
  const value = events.reportReceived.encode(received);
  const handle = handleReports({
    vectors,
    producer: topic.producer,
    topic: topic.name,
    ...testContext('labeler'),
  });
  await handle([firstRecord(received.caseId, value)], async () => undefined);
  return { passedOn: topic.events, deadLetters: topic.deadLetters, size: value.length };
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
