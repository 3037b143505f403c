import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageEmbedded } from '../../../harness/event-fixture.ts';
import { testContext } from '../../../harness/service-context.ts';
import { events } from '../../../schemas/events.ts';
import { handleImages } from '../../../services/inference/handle-images.ts';
import { firstRecord, NarrowTopic } from '../../support/narrow-topic.ts';

/** What comes out for one key object selection of many references, where records hold `maxBytes`. */
async function through(maxBytes: number) {
  const topic = new NarrowTopic(events.imageEmbedded, maxBytes);
  const references = Array.from({ length: 1_000 }, (_, n) => ({ sopInstanceUid: `1.2.${n}`, frames: [] }));
  const { received } = imageEmbedded({
    received: { kind: 'KEY_OBJECT_SELECTION', keyImage: 'NONE', references },
  });
  const value = events.imageReceived.encode(received);
  const unused = {} as never;
  const handle = handleImages({
    store: unused,
    reader: unused,
    models: { loaded: [], missing: [], backend: unused, embed: unused },
    producer: topic.producer,
    topic: topic.name,
    ...testContext('inference'),
  });
  await handle([firstRecord(received.caseId, value)], async () => undefined);
  return { passedOn: topic.events, deadLetters: topic.deadLetters, size: value.length };
}

test('an event that fills its record goes on without what it names: it must not stop the line', async () => {
  const { size } = await through(Number.POSITIVE_INFINITY);
  const { passedOn, deadLetters } = await through(size);
  assert.deepEqual(deadLetters, []);
  assert.deepEqual(
    passedOn.map(({ received, problem }) => [received.references, problem]),
    [[[], 'EVENT_TOO_LARGE']],
  );
});

test('where nothing helps, the record becomes a dead letter', async () => {
  assert.deepEqual((await through(10)).deadLetters, ['EVENT_TOO_LARGE']);
});
