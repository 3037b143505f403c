import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SENTENCE_VECTOR } from '../../../models/sentence-encoder.ts';
import { openEncoder } from '../../../services/labeler/encoder.ts';
import { MAX_ENCODE_MS, MAX_VECTOR_WAIT_MS } from '../../../services/labeler/limits.ts';

test('the encoder says what it is, keeps to the time limit, and goes on after one that was too short', async (t) => {
  const encoder = await openEncoder();
  t.after(() => encoder.stop());
  assert.deepEqual([encoder.about.generation, encoder.about.dims], [SENTENCE_VECTOR.generation, 512]);
  assert.match(encoder.about.hash, /^[0-9a-f]{64}$/);

  const many = Array.from({ length: 64 }, (_, n) => `There is a small nodule number ${n}.`);
  await assert.rejects(encoder.encode(many, 1), { code: 'TEXT_VECTOR_FAILED' });
  const vectors = await encoder.encode(['Left effusion.', 'Cardiomegaly.'], 60_000);
  assert.deepEqual(
    vectors.map(({ length }) => length),
    [512, 512],
  );
  await assert.rejects(encoder.encode([' '], 60_000), { code: 'TEXT_VECTOR_FAILED' });
});

test('a thread that hangs is given up within the poll that met it', () => {
  assert.ok(MAX_ENCODE_MS <= MAX_VECTOR_WAIT_MS);
});
