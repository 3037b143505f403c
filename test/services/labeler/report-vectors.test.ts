import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../../core/errors.ts';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import {
  ENCODER_BATCH,
  MAX_REMEMBERED_SENTENCES,
  MAX_VECTOR_WAIT_MS,
} from '../../../services/labeler/limits.ts';
import { meanDirection, ReportVectors } from '../../../services/labeler/report-vectors.ts';
import type { LoadedTextModel, TextModels } from '../../../services/labeler/text-models.ts';

const MODEL: LoadedTextModel = { called: 'model', generation: 7, hash: 'model', name: 'fake', dims: 2 };
const OTHER: LoadedTextModel = { ...MODEL, called: 'other', generation: 8, hash: 'other' };

test('a report has the mean direction of its sentences', async () => {
  const { encoder } = fakeEncoder();
  const made = await new ReportVectors(encoder).vectorsOf([['x', 'y'], ['x'], []], [MODEL]);
  const [both, one, none] = made.map(({ vectors }) => vectors[0]);
  assert.deepEqual([both?.generation, both?.model, both?.dims], [7, 'model', 2]);
  const near = (data: Buffer | undefined) =>
    [...fromFloat16(data ?? Buffer.alloc(0))].map((v) => v.toFixed(3));
  assert.deepEqual(near(both?.data), ['0.707', '0.707']);
  assert.deepEqual(near(one?.data), ['1.000', '0.000']);
  assert.equal(none, undefined);
  assert.ok(made.every(({ failed }) => !failed));
});

test('each model gives a vector of its own; one that fails costs only its own', async () => {
  const { encoder, asked } = fakeEncoder((_, { hash }) => {
    if (hash === OTHER.hash && asked.length > 2) throw new InterleaveError('TEXT_VECTOR_FAILED');
  });
  const vectors = new ReportVectors(encoder);
  const [report] = await vectors.vectorsOf([['x']], [MODEL, OTHER]);
  assert.deepEqual(
    report?.vectors.map(({ generation, model }) => [generation, model]),
    [
      [7, 'model'],
      [8, 'other'],
    ],
  );
  assert.equal(report?.failed, false);
  const [late] = await vectors.vectorsOf([['y']], [MODEL, OTHER]);
  assert.deepEqual([late?.vectors.map(({ generation }) => generation), late?.failed], [[7], true]);
});

test('each sentence is encoded once, in batches, and remembered up to the limit', async () => {
  const { encoder, asked } = fakeEncoder();
  const vectors = new ReportVectors(encoder, { remembered: 2 });
  const many = Array.from({ length: ENCODER_BATCH + 1 }, (_, n) => `x${n}`);
  await vectors.vectorsOf([many, many], [MODEL]);
  assert.deepEqual(
    asked.map((batch) => batch.length),
    [ENCODER_BATCH, 1],
  );
  asked.length = 0;
  await vectors.vectorsOf([many.slice(-2), many.slice(0, 1)], [MODEL]);
  assert.deepEqual(asked, [['x0']]);
  assert.ok(MAX_REMEMBERED_SENTENCES > ENCODER_BATCH);
});

test('an encoder that fails costs the vector, not the report', async () => {
  const { encoder } = fakeEncoder((sentences) => {
    if (sentences.includes('bad')) throw new InterleaveError('TEXT_VECTOR_FAILED');
  });
  const vectors = new ReportVectors(encoder);
  assert.deepEqual(await vectors.vectorsOf([['bad']], [MODEL]), [{ vectors: [], failed: true }]);
  assert.equal((await vectors.vectorsOf([['x']], [MODEL]))[0]?.vectors[0]?.dims, 2);
});

test('nothing is held up beyond the limit; what was done by then counts', async () => {
  const slow = fakeEncoder(() => sleep(40));
  const reports = Array.from({ length: 8 * ENCODER_BATCH }, (_, n) => [`x${n}`]);
  const start = Date.now();
  const got = await new ReportVectors(slow.encoder, { waitMs: 100 }).vectorsOf(reports, [MODEL]);
  assert.ok(Date.now() - start < MAX_VECTOR_WAIT_MS);
  assert.equal(got[0]?.vectors.length, 1);
  assert.deepEqual(got.at(-1), { vectors: [], failed: true });
  assert.ok(slow.limits.every((limit) => limit <= 100));
});

test('no direction, no vector', () => {
  assert.equal(meanDirection([], 2), null);
  assert.equal(meanDirection([Float32Array.of(1, 0), Float32Array.of(-1, 0)], 2), null);
  assert.equal(meanDirection([Float32Array.of(Number.NaN, 0)], 2), null);
});

/** Sentences with an x point along the first axis, others along the second. */
function fakeEncoder(
  before: (sentences: readonly string[], model: { hash: string }) => unknown = () => undefined,
) {
  const asked: (readonly string[])[] = [];
  const limits: number[] = [];
  const encoder: Pick<TextModels, 'encode'> = {
    async encode(model, sentences, limitMs) {
      asked.push(sentences);
      limits.push(limitMs);
      await before(sentences, model);
      return sentences.map((sentence) =>
        sentence.includes('x') ? Float32Array.of(1, 0) : Float32Array.of(0, 1),
      );
    },
  };
  return { encoder, asked, limits };
}
