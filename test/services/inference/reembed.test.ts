import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, type ErrorCode } from '../../../core/errors.ts';
import type { Case, ImageEmbedded, ImageReceived, Vector } from '../../../core/radiology/events.ts';
import { mergeImage } from '../../../core/radiology/merge.ts';
import { digestOf, imageEmbedded, vector } from '../../../harness/event-fixture.ts';
import { testContext } from '../../../harness/service-context.ts';
import { MAX_GIVE_WAY_MS } from '../../../models/limits.ts';
import type { MissingModel } from '../../../models/live-models.ts';
import { LiveTraffic } from '../../../platform/concurrency/live-traffic.ts';
import { STALL_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { events } from '../../../schemas/events.ts';
import type { LoadedModel } from '../../../services/inference/image-models.ts';
import { MAX_STORED_POLL_MS, REEMBED_SHARE, STORED_BATCH } from '../../../services/inference/limits.ts';
import type { OpenedBackend } from '../../../services/inference/model-thread.ts';
import type { ImageReading } from '../../../services/inference/read-image.ts';
import { imagesWithout, reembed } from '../../../services/inference/reembed.ts';

const CASE = digestOf('reembed').slice(0, 32);
const THUMBNAIL = { sha256: digestOf('thumbnail'), size: 1, mediaType: 'image/jpeg' };
const uid = (i: number) => `1.2.3.${i}`;

/** A case whose images have a vector of these generations each. */
function caseOf(...images: number[][]): Case {
  const embedded = images.map((generations, i) => {
    const [first = null, ...further] = generations.map((generation) => vector(generation, i));
    return imageEmbedded({
      receivedOffset: i,
      received: { caseId: CASE, sopInstanceUid: uid(i) },
      frames: [{ frame: 1, thumbnail: THUMBNAIL, vector: first, vectors: further }],
    });
  });
  return embedded.reduce<Case | null>((state, event) => mergeImage(state, event), null) as Case;
}

const record = (state: Case | null) => ({
  topic: 'cases',
  partition: 0,
  offset: 0,
  key: CASE,
  value: state === null ? null : events.case.encode(state),
  timestamp: 0,
  headers: {},
});

interface Given {
  read?(uid: string): Promise<ImageReading>;
  loaded?: LoadedModel[];
  live?: LiveTraffic;
  maxPollMs?: number;
}

function reembedding({ read, loaded, live = new LiveTraffic(), maxPollMs }: Given = {}) {
  const sent: ImageEmbedded[] = [];
  const preview = { width: 1, height: 1, channels: 1, data: new Uint8Array(1) } as const;
  const frames = [1, 2].map((frame) => ({ frame, preview, inputs: new Map() }));
  const context = testContext('inference');
  const stopping = new AbortController();
  const handle = reembed({
    generation: 2,
    reader: {
      read: async ({ sopInstanceUid }: ImageReceived, _: unknown, wanted: readonly number[]) =>
        (await read?.(sopInstanceUid)) ?? {
          frames: frames.filter(({ frame }) => wanted.includes(frame)),
          problem: null,
        },
    } as never,
    store: { put: () => Promise.reject(new Error('The case has these thumbnails.')) },
    models: {
      loaded:
        loaded ??
        ([
          { generation: 1, size: 'letterbox 1' },
          { generation: 2, size: 'letterbox 1' },
        ] as Partial<LoadedModel>[] as LoadedModel[]),
      missing: [{ generation: 2, code: 'MODEL_MISSING' } as MissingModel],
      backend: { backend: 'wasm' } as OpenedBackend,
      embed: async (_, models): Promise<Vector[]> => models.map(({ generation }) => vector(generation, 50)),
    },
    live,
    producer: {
      send: async (_, { key, value }) => {
        assert.equal(key, CASE);
        sent.push(events.imageEmbedded.decode(value ?? Buffer.alloc(0)));
      },
    },
    topic: 'embedded',
    stopping: stopping.signal,
    ...context,
    ...(maxPollMs === undefined ? {} : { maxPollMs }),
  });
  return {
    sent,
    context,
    stopping,
    handle: (...states: (Case | null)[]) => handle(states.map(record), async () => undefined),
  };
}

test('only images that have a vector, and none of the generation, are embedded, with that bundle alone', async () => {
  const state = caseOf([1], [1, 2], [], [1]);
  assert.deepEqual(
    imagesWithout(2, state).map(({ image }) => image.received.sopInstanceUid),
    [uid(0), uid(3)],
  );
  const { sent, handle } = reembedding();
  await handle(null, state);
  assert.deepEqual(
    sent.map((event) => [event.received.sopInstanceUid, event.receivedOffset, event.again]),
    [
      [uid(0), 0, true],
      [uid(3), 3, true],
    ],
  );
  for (const { frames } of sent)
    assert.deepEqual(
      frames.map(({ frame, vector: first, vectors }) => [
        frame,
        first,
        vectors.map(({ generation }) => generation),
      ]),
      [[1, null, [2]]],
      'only the frames that lack it are read',
    );
  const after = sent.reduce((before, event) => mergeImage(before, { ...event, again: false }), state);
  assert.deepEqual(imagesWithout(2, after), []);
  assert.deepEqual(after.images, state.images);
});

test('an image that cannot be read any more is counted, and the others go on', async () => {
  const { sent, context, handle } = reembedding({
    read: async (image) =>
      image === uid(0)
        ? { frames: [], problem: 'OBJECT_MISSING' as ErrorCode }
        : { frames: [], problem: null },
  });
  await handle(caseOf([1], [1]));
  assert.equal(sent.length, 1);
  assert.match(
    await context.metrics.text(),
    /images_reembedded_total\{[^}]*outcome="OBJECT_MISSING"[^}]*\} 1/,
  );
});

test('a bundle that is not loaded is waited for', async () => {
  const { sent, handle } = reembedding({ loaded: [] });
  await assert.rejects(handle(caseOf([1])), (error) => codeOf(error) === 'IMAGE_VECTOR_FAILED');
  assert.deepEqual(sent, []);
});

test('a case with many images is embedded in parts, each image once', async () => {
  const { sent, handle } = reembedding({
    maxPollMs: 0,
    read: () => sleep(2).then(() => ({ frames: [], problem: null })),
  });
  const state = caseOf(...Array.from({ length: STORED_BATCH * 2 + 1 }, () => [1]));
  let tries = 0;
  for (; tries < 10; tries++) {
    try {
      await handle(state);
      break;
    } catch (error) {
      assert.equal(codeOf(error), 'IMAGE_VECTOR_FAILED');
    }
  }
  assert.ok(tries >= 1 && tries < 10);
  assert.equal(sent.length, state.images.length);
});

test('a service that stops leaves the rest for the next, and does not wait for it', async () => {
  const { sent, stopping, handle } = reembedding({
    read: () => sleep(20).then(() => ({ frames: [], problem: null })),
  });
  const handling = handle(caseOf(...Array.from({ length: STORED_BATCH * 3 }, () => [1])));
  await sleep(10);
  stopping.abort();
  await assert.rejects(handling, (error) => codeOf(error) === 'IMAGE_VECTOR_FAILED');
  assert.equal(sent.length, STORED_BATCH);
});

test(`it works at most ${REEMBED_SHARE} of the time`, async () => {
  const { handle } = reembedding({ read: () => sleep(50).then(() => ({ frames: [], problem: null })) });
  const began = performance.now();
  await handle(caseOf([1], [1]));
  assert.ok(performance.now() - began >= 50 / REEMBED_SHARE - 5);
});

test('it gives way to what comes in, and not for ever', async () => {
  const live = new LiveTraffic();
  let end: () => void = () => undefined;
  const traffic = live.during(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  const { sent, handle } = reembedding({ live });
  const handling = handle(caseOf([1]));
  await sleep(100);
  assert.deepEqual(sent, []);
  end();
  await traffic;
  await handling;
  assert.equal(sent.length, 1);

  const busy = live.during(() => sleep(10_000, undefined, { ref: false }));
  const began = performance.now();
  await live.givesWay(60);
  assert.ok(performance.now() - began < 5_000);
  void busy;
});

test('a poll of stored images is no stall', () => {
  const batchMs = 10_000;
  assert.ok(MAX_STORED_POLL_MS + MAX_GIVE_WAY_MS + batchMs / REEMBED_SHARE < STALL_TIMEOUT_MS);
});
