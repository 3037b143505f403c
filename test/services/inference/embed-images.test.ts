import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import type { ImageReceived, Vector } from '../../../core/radiology/events.ts';
import type { DisplayImage } from '../../../core/vision/display-image.ts';
import { MODEL_BATCH } from '../../../models/limits.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { embedImages } from '../../../services/inference/embed-images.ts';

/** An image whose frames' only pixel is its number; a problem where it is negative. */
const event = (number: number, frames = 1): ImageReceived =>
  ({
    caseId: `case${number}`,
    kind: 'IMAGE',
    keyImage: 'NAMED',
    problem: null,
    rows: number,
    columns: frames,
  }) as ImageReceived;

const batches: number[] = [];
const parts = {
  store: {
    put: async (caseId: string, bytes: Buffer, mediaType: string) => ({
      sha256: `${caseId}/${bytes[0]}`,
      size: bytes.length,
      mediaType,
    }),
  } as unknown as ObjectStore,
  reader: {
    read: async ({ rows, columns }: ImageReceived) => {
      if (rows < 0) return { frames: [], problem: 'IMAGE_UNDECODABLE' as ErrorCode };
      const frames = Array.from({ length: columns }, (_, i) => ({
        frame: i + 1,
        thumbnail: Uint8Array.of(rows),
        input: { width: 1, height: 1, channels: 1, data: Uint8Array.of(rows) } as DisplayImage,
      }));
      return { frames, problem: null };
    },
  },
  model: {
    embed: async (images: DisplayImage[]): Promise<Vector[]> => {
      batches.push(images.length);
      return images.map(({ data }) => ({ generation: 1, model: '', dims: 1, data: Buffer.from(data) }));
    },
  },
};

test('every event keeps its own frames, across batches, in order', async () => {
  batches.length = 0;
  const sent = [
    event(1, 3),
    event(-1),
    event(2),
    { ...event(3), keyImage: 'NONE' as const },
    event(4, 7),
    event(5),
  ];
  let progress = 0;
  const results = await embedImages(parts, sent, async () => {
    progress++;
  });
  assert.deepEqual(batches, [MODEL_BATCH, 4]);
  assert.equal(progress, 2);
  assert.deepEqual(
    results.map(
      ({ frames, problem }) => problem ?? frames.map(({ frame, vector }) => [frame, vector?.data[0]]),
    ),
    [
      [
        [1, 1],
        [2, 1],
        [3, 1],
      ],
      'IMAGE_UNDECODABLE',
      [[1, 2]],
      [],
      Array.from({ length: 7 }, (_, i) => [i + 1, 4]),
      [[1, 5]],
    ],
  );
  assert.deepEqual(results[5]?.frames[0]?.thumbnail, { sha256: 'case5/5', size: 1, mediaType: 'image/jpeg' });
});

test('nothing to read needs no model', async () => {
  batches.length = 0;
  assert.deepEqual(await embedImages(parts, [], async () => undefined), []);
  await embedImages(parts, [event(-1)], async () => undefined);
  assert.deepEqual(batches, []);
});

test('a model or a store that fails fails the whole poll, so that it is tried again', async () => {
  const model = { embed: () => Promise.reject(new InterleaveError('BACKEND_UNAVAILABLE')) };
  const many = Array.from({ length: 20 }, (_, i) => event(i));
  await assert.rejects(
    embedImages({ ...parts, model }, many, async () => undefined),
    (error) => codeOf(error) === 'BACKEND_UNAVAILABLE',
  );
});
