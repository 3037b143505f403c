import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { codeOf, type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import type { FittedSize } from '../../../core/imaging/fit-image.ts';
import type { ImageReceived, Vector } from '../../../core/radiology/events.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { embedImage } from '../../../services/inference/embed-image.ts';
import type { LoadedModel, ModelInputs } from '../../../services/inference/image-models.ts';

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

const asked: number[] = [];
const SIZE = 'letterbox 1';
const LOADED = [1, 2].map(
  (generation) => ({ generation, size: SIZE }) as Partial<LoadedModel> as LoadedModel,
);
const parts = {
  store: {
    put: async (caseId: string, bytes: Buffer, mediaType: string) => ({
      sha256: `${caseId}/${(await sharp(bytes).raw().toBuffer())[0]}`,
      size: 1,
      mediaType,
    }),
  } as unknown as ObjectStore,
  reader: {
    read: async ({ rows, columns }: ImageReceived) => {
      if (rows < 0) return { frames: [], problem: 'IMAGE_UNDECODABLE' as ErrorCode };
      const frames = Array.from({ length: columns }, (_, i) => ({
        frame: i + 1,
        preview: { width: 1, height: 1, channels: 1, data: Uint8Array.of(rows) } as const,
        inputs: new Map<FittedSize, DisplayImage>([
          [SIZE, { width: 1, height: 1, channels: 1, data: Uint8Array.of(rows * 10 + i) } as const],
        ]),
      }));
      return { frames, problem: null };
    },
  },
  models: {
    embed: async (inputs: ModelInputs, models: readonly LoadedModel[]): Promise<Vector[]> => {
      const { data } = inputs.get(SIZE) ?? { data: new Uint8Array() };
      asked.push(data[0] ?? 0);
      return models.map(({ generation }) => ({ generation, model: '', dims: 1, data: Buffer.from(data) }));
    },
  },
};

test('every frame keeps its own vector and thumbnail, in order', async () => {
  const { frames, problem } = await embedImage(parts, event(4, 7), LOADED);
  assert.equal(problem, null);
  assert.deepEqual(
    frames.map(({ frame, vector }) => [frame, vector?.data[0]]),
    Array.from({ length: 7 }, (_, i) => [i + 1, 40 + i]),
  );
  for (const { vector, vectors } of frames)
    assert.deepEqual([vector?.generation, ...vectors.map(({ generation }) => generation)], [1, 2]);
  assert.deepEqual(frames[0]?.thumbnail, { sha256: 'case4/4', size: 1, mediaType: 'image/jpeg' });
});

test('what has no frames to read asks nothing of the model', async () => {
  asked.length = 0;
  assert.deepEqual(await embedImage(parts, event(-1), LOADED), { frames: [], problem: 'IMAGE_UNDECODABLE' });
  assert.deepEqual(await embedImage(parts, { ...event(3), keyImage: 'NONE' }, LOADED), {
    frames: [],
    problem: null,
  });
  assert.deepEqual(asked, []);
});

test('a model that fails fails the image, so that it is tried again', async () => {
  const models = { embed: () => Promise.reject(new InterleaveError('IMAGE_VECTOR_FAILED')) };
  await assert.rejects(
    embedImage({ ...parts, models }, event(1, 3), LOADED),
    (error) => codeOf(error) === 'IMAGE_VECTOR_FAILED',
  );
});
