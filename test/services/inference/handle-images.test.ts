import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import type { ImageEmbedded } from '../../../core/radiology/events.ts';
import { deadLetterCodec } from '../../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../../platform/kafka/producer.ts';
import { testContext } from '../../../platform/testing.ts';
import { events } from '../../../schemas/events.ts';
import { handleImages } from '../../../services/inference/handle-images.ts';
import { imageEmbedded } from '../../support/event-fixture.ts';

const TOPIC = 'embedded';

/** What comes out for one key object selection of many references, where records hold `maxBytes`. */
async function through(maxBytes: number) {
  const passedOn: ImageEmbedded[] = [];
  const deadLetters: string[] = [];
  const producer = {
    send: async (topic: string, { value }: { value: Buffer }) => {
      if (topic === TOPIC && value.length > maxBytes) throw new InterleaveError('EVENT_TOO_LARGE');
      if (topic === TOPIC) passedOn.push(events.imageEmbedded.decode(value));
      else deadLetters.push(deadLetterCodec.decode(value).code);
    },
  } as unknown as EventProducer;
  const { log, metrics } = testContext('inference');
  const references = Array.from({ length: 1_000 }, (_, n) => ({ sopInstanceUid: `1.2.${n}`, frames: [] }));
  const { received } = imageEmbedded({
    received: { kind: 'KEY_OBJECT_SELECTION', keyImage: 'NONE', references },
  });
  const value = events.imageReceived.encode(received);
  const record = {
    topic: 't',
    partition: 0,
    offset: 0,
    key: received.caseId,
    value,
    timestamp: 0,
    headers: {},
  };
  const unused = {} as never;
  const handle = handleImages({
    store: unused,
    reader: unused,
    model: unused,
    producer,
    topic: TOPIC,
    log,
    metrics,
  });
  await handle([record], async () => undefined);
  return { passedOn, deadLetters, size: value.length };
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
