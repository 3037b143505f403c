import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../../core/errors.ts';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import type { SentenceEncoder } from '../../../services/labeler/encoder.ts';
import {
  ENCODER_BATCH,
  MAX_REMEMBERED_SENTENCES,
  MAX_VECTOR_WAIT_MS,
} from '../../../services/labeler/limits.ts';
import { meanDirection, ReportVectors } from '../../../services/labeler/report-vectors.ts';

test('a report has the mean direction of its sentences', async () => {
  const { encoder } = fakeEncoder();
  const [both, one, none] = await new ReportVectors(encoder).vectorsOf([['x', 'y'], ['x'], []]);
  assert.deepEqual([both?.generation, both?.model, both?.dims], [7, 'model', 2]);
  const near = (data: Buffer | undefined) =>
    [...fromFloat16(data ?? Buffer.alloc(0))].map((v) => v.toFixed(3));
  assert.deepEqual(near(both?.data), ['0.707', '0.707']);
  assert.deepEqual(near(one?.data), ['1.000', '0.000']);
  assert.equal(none, null);
});

test('each sentence is encoded once, in batches, and remembered up to the limit', async () => {
  const { encoder, asked } = fakeEncoder();
  const vectors = new ReportVectors(encoder, { remembered: 2 });
  const many = Array.from({ length: ENCODER_BATCH + 1 }, (_, n) => `x${n}`);
  await vectors.vectorsOf([many, many]);
  assert.deepEqual(
    asked.map((batch) => batch.length),
    [ENCODER_BATCH, 1],
  );
  asked.length = 0;
  await vectors.vectorsOf([many.slice(-2), many.slice(0, 1)]);
  assert.deepEqual(asked, [['x0']]);
  assert.ok(MAX_REMEMBERED_SENTENCES > ENCODER_BATCH);
});

test('an encoder that fails costs the vector, not the report', async () => {
  const { encoder } = fakeEncoder((sentences) => {
    if (sentences.includes('bad')) throw new InterleaveError('TEXT_VECTOR_FAILED');
  });
  const vectors = new ReportVectors(encoder);
  assert.deepEqual(await vectors.vectorsOf([['bad']]), [null]);
  assert.equal((await vectors.vectorsOf([['x']]))[0]?.dims, 2);
});

test('nothing is held up beyond the limit; what was done by then counts', async () => {
  const slow = fakeEncoder(() => sleep(40));
  const reports = Array.from({ length: 8 * ENCODER_BATCH }, (_, n) => [`x${n}`]);
  const start = Date.now();
  const got = await new ReportVectors(slow.encoder, { waitMs: 100 }).vectorsOf(reports);
  assert.ok(Date.now() - start < MAX_VECTOR_WAIT_MS);
  assert.notEqual(got[0], null);
  assert.equal(got.at(-1), null);
  assert.ok(slow.limits.every((limit) => limit <= 100));
});

test('no direction, no vector', () => {
  assert.equal(meanDirection([], 2), null);
  assert.equal(meanDirection([Float32Array.of(1, 0), Float32Array.of(-1, 0)], 2), null);
  assert.equal(meanDirection([Float32Array.of(Number.NaN, 0)], 2), null);
});

/** Sentences with an x point along the first axis, others along the second. */
function fakeEncoder(before: (sentences: string[]) => unknown = () => undefined) {
  const asked: string[][] = [];
  const limits: number[] = [];
  const encoder: SentenceEncoder = {
    about: { backend: 'none', backendName: 'fake', reasons: [], generation: 7, hash: 'model', dims: 2 },
    async encode(sentences, limitMs) {
      asked.push(sentences);
      limits.push(limitMs);
      await before(sentences);
      return sentences.map((sentence) =>
        sentence.includes('x') ? Float32Array.of(1, 0) : Float32Array.of(0, 1),
      );
    },
    stop: () => Promise.resolve(),
  };
  return { encoder, asked, limits };
}
