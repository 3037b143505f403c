import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codeOf } from '../../core/errors.ts';
import { MAX_TEXT_CHARACTERS, MAX_TEXT_PIECES } from '../../models/limits.ts';
import { openSentenceEncoder, SENTENCE_VECTOR, type SentenceEncoder } from '../../models/sentence-encoder.ts';
import { openTensorBackend } from '../../models/tensor-backend.ts';

let encoder: SentenceEncoder;

before(async () => {
  encoder = await openSentenceEncoder();
});
after(() => encoder.dispose());

test('one vector of length 1 for each text, in order', async () => {
  const texts = [
    'Clear lungs.',
    'Cardiomegaly is present with a large right pleural effusion.',
    'Clear lungs.',
  ];
  const vectors = await encoder.embed(texts);
  assert.equal(vectors.length, 3);
  for (const vector of vectors) {
    assert.equal(vector.length, SENTENCE_VECTOR.dims);
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
  }
  assert.deepEqual(vectors[0], vectors[2]);
  assert.ok(cosine(vectors[0], vectors[1]) < 0.8);
  assert.deepEqual(await encoder.embed([]), []);
});

test('it is the published encoder: cosines that were measured with it elsewhere', async () => {
  const [present, absent, paraphrase] = await encoder.embed([
    'There is a pneumothorax on the left.',
    'No pneumothorax.',
    'Left apical collapsed lung with pleural air',
  ]);
  assert.ok(Math.abs(cosine(present, absent) - 0.67) < 0.01);
  assert.ok(Math.abs(cosine(present, paraphrase) - 0.52) < 0.01);
  assert.match(encoder.hash, /^d1ca9ad838ecf48a/);
});

test('a text has the same vector alone and among others, shorter and longer', async () => {
  const text = 'Small left apical pneumothorax.';
  const among = await encoder.embed([
    'Effusion.',
    text,
    'The heart is enlarged. '.repeat(20),
    ...Array(20).fill(text),
  ]);
  const [alone] = await encoder.embed([text]);
  for (const vector of [among[1], ...among.slice(3)])
    assert.ok(cosine(alone, vector) > 1 - 1e-6, 'to the precision of float32');
});

test(`a text counts up to ${MAX_TEXT_PIECES} pieces and ${MAX_TEXT_CHARACTERS} characters`, async () => {
  const long = 'effusion '.repeat(MAX_TEXT_CHARACTERS);
  const [a, b] = await encoder.embed([long, `${long} no pneumothorax`]);
  assert.deepEqual(a, b);
});

test('a blank text has no vector', async () => {
  await assert.rejects(
    encoder.embed(['Effusion.', ' \n']),
    (error) => codeOf(error) === 'TEXT_VECTOR_FAILED',
  );
});

test('nothing is left in the backend after a batch', async () => {
  const { tf } = await openTensorBackend();
  await encoder.embed(['Effusion.']);
  const { numTensors } = tf.memory();
  await encoder.embed(['Effusion.', 'No effusion.']);
  assert.equal(tf.memory().numTensors, numTensors);
});

function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  assert.ok(a !== undefined && b !== undefined);
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
