import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { wordsOf, wordVariants } from '../../../../services/search/query/word-variants.ts';

const PAIRS = [
  ['effusion', 'effusions'],
  ['pneumothorax', 'pneumothoraces'],
  ['opacity', 'opacities'],
  ['mass', 'masses'],
  ['metastasis', 'metastases'],
  ['hilum', 'hila'],
  ['bronchus', 'bronchi'],
  ['vertebra', 'vertebrae'],
  ['apex', 'apices'],
  ['cannula', 'cannulas'],
  ['airway', 'airways'],
  ['stitch', 'stitches'],
] as const;

describe('wordVariants', () => {
  it('leads from singular to plural and back', () => {
    for (const [singular, plural] of PAIRS) {
      assert.ok(wordVariants(singular).includes(plural), `${singular} → ${plural}`);
      assert.ok(wordVariants(plural).includes(singular), `${plural} → ${singular}`);
    }
  });

  it('leaves short words and numbers alone', () => {
    for (const word of ['ap', 'icu', 't12', '55', 'l4s']) assert.deepEqual(wordVariants(word), [word]);
  });

  it('always holds the word itself, and few others', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/), (word) => {
        const variants = wordVariants(word);
        assert.equal(variants[0], word);
        assert.ok(
          variants.length <= 4 && variants.every((variant) => variant.length > 1 || variant === word),
        );
      }),
    );
  });
});

describe('wordsOf', () => {
  it('cuts as the index does', () => {
    assert.deepEqual(wordsOf('L4-L5, 0.5 cm; Patient’s "ÖDEM"'), [
      'l4',
      'l5',
      '0.5',
      'cm',
      'patient’s',
      'ödem',
    ]);
  });
});
