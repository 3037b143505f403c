import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportLabeled, vector } from '../../../harness/event-fixture.ts';
import { testContext } from '../../../harness/service-context.ts';
import { events } from '../../../schemas/events.ts';
import { handleReports } from '../../../services/labeler/handle-reports.ts';
import { NOT_ENCODED } from '../../../services/labeler/report-vectors.ts';
import type { LoadedTextModel } from '../../../services/labeler/text-models.ts';
import { firstRecord, NarrowTopic } from '../../support/narrow-topic.ts';

/** What comes out for one report, where records hold `maxBytes`. */
async function through(text: string, maxBytes: number) {
  const topic = new NarrowTopic(events.reportLabeled, maxBytes);
  const vectors = { vectorsOf: async (reports: readonly unknown[]) => reports.map(() => NOT_ENCODED) };
  const { received } = reportLabeled({ received: { parts: [{ section: null, text }] } });
  const value = events.reportReceived.encode(received);
  const handle = handleReports({
    models: { loaded: [], missing: [] },
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

test('a report gets a vector of each bundle that is loaded, and goes on without those that are not, which are counted', async () => {
  const context = testContext('labeler');
  const topic = new NarrowTopic(events.reportLabeled, Number.POSITIVE_INFINITY);
  const loaded = [1, 2].map((generation) => ({ generation, hash: `hash ${generation}` }) as LoadedTextModel);
  const models = {
    loaded,
    missing: [{ called: 'x', generation: 3, code: 'MODEL_MISSING', reason: 'gone' } as const],
  };
  const handle = handleReports({
    models,
    vectors: {
      async vectorsOf(reports, asked) {
        // Promoted in the middle of the poll: the next one takes it.
        models.loaded = [];
        return reports.map(() => ({
          vectors: asked.map(({ generation }) => vector(generation, 5)),
          failed: false,
        }));
      },
    },
    producer: topic.producer,
    topic: topic.name,
    ...context,
  });
  const { received } = reportLabeled();
  await handle([firstRecord(received.caseId, events.reportReceived.encode(received))], async () => undefined);
  const [event] = topic.events;
  assert.deepEqual(
    [event?.reading.problem, event?.reading.textVectors.map((one) => one.vector.generation).sort()],
    [null, [1, 2]],
  );
  assert.match(await context.metrics.text(), /text_vectors_missing_total\{[^}]*generation="3"[^}]*\} 1/);
});
