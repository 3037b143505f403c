import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CaptionedCase,
  type EmbedTexts,
  encoderDifference,
  evaluateTextEncoder,
} from '../../evaluation/evaluate-text-encoder.ts';
import { findingPhrases, synonymPairs } from '../../evaluation/synonym-pairs.ts';

/** 40 cases, each with a measure of its own in caption and Findings. */
const CASES: CaptionedCase[] = Array.from({ length: 40 }, (_, i) => ({
  captions: [`Nodule of ${100 + i} mm`, `Nodule of ${100 + i} mm`, ` `],
  findings: `There is a nodule of ${100 + i} mm. No effusion.`,
}));

/** By the number in a text. */
const byNumber: EmbedTexts = async (texts) =>
  texts.map((text) => {
    const angle = (Number(/\d+/.exec(text)?.[0] ?? 0) / 200) * Math.PI;
    return Float32Array.of(Math.cos(angle), Math.sin(angle));
  });
const allAlike: EmbedTexts = async (texts) => texts.map(() => Float32Array.of(1, 0));

test('a caption finds its own Findings where the encoder knows what tells them apart', async () => {
  const { retrieval } = await evaluateTextEncoder(CASES, byNumber);
  assert.deepEqual([retrieval.cases, retrieval.captions], [40, 40]);
  assert.deepEqual([retrieval.recallAt10, retrieval.chance], [1, 0.25]);
  assert.deepEqual(retrieval.ci95, [1, 1]);
});

test('where all lie alike nothing is found: Findings that are as near stand before the own one', async () => {
  const { retrieval } = await evaluateTextEncoder(CASES, allAlike);
  assert.deepEqual([retrieval.recallAt10, retrieval.recallAt10WholeText], [0, 0]);
});

test('cases without captions or without Findings count for nothing', async () => {
  const { retrieval } = await evaluateTextEncoder(
    [...CASES, { captions: [], findings: 'A nodule.' }, { captions: ['A nodule'], findings: ' ' }],
    byNumber,
  );
  assert.equal(retrieval.cases, 40);
});

test('synonyms are the ways to write a finding in the texts that have no word in common', () => {
  const phrases = findingPhrases([
    'Cardiomegaly. The heart is enlarged.',
    'Cardiac enlargement. CARDIOMEGALY.',
  ]);
  const known = phrases.get('cardiomegaly') ?? [];
  assert.ok(known.includes('cardiomegaly') && known.includes('cardiac enlargement'), known.join(', '));
  const pairs = synonymPairs(new Map([['x', ['cardiac enlargement', 'cardiomegaly', 'heart is enlarged']]]));
  assert.deepEqual(
    pairs.map(({ name, synonym }) => [name, synonym]),
    [
      ['cardiomegaly', 'heart is enlarged'],
      ['heart is enlarged', 'cardiomegaly'],
    ],
  );
});

test('"no X" beside "X" counts against an encoder, and two are compared on the same cases', async () => {
  const cases = [{ captions: ['Cardiomegaly.'], findings: 'Cardiomegaly. The heart is enlarged.' }];
  const blind: EmbedTexts = async (texts) =>
    texts.map((text) => (/cardiomegaly/i.test(text) ? Float32Array.of(1, 0.1) : Float32Array.of(0.1, 1)));
  const careful: EmbedTexts = async (texts) =>
    texts.map((text) => (/^no /.test(text) ? Float32Array.of(0, -1) : Float32Array.of(1, 0.1)));
  const [one, other] = [await evaluateTextEncoder(cases, blind), await evaluateTextEncoder(cases, careful)];
  assert.ok(one.negation.pairs > 0);
  assert.deepEqual([one.negation.nearer, other.negation.nearer], [1, 0]);
  assert.equal(encoderDifference(one, other).nearer.value, -1);
});
