import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ENCODED_SENTENCES } from '../../../core/text/limits.ts';
import { readForEncoding } from '../../../core/text/reading.ts';

/** What of a sentence is asserted. */
const SENTENCES: readonly (readonly [string, string])[] = [
  ['No pneumothorax.', ''],
  ['No evidence of metastatic disease.', ''],
  ['There is no focal consolidation, effusion, or pneumothorax.', ''],
  ['Pneumothorax is not seen.', ''],
  ['Pneumothorax: none.', ''],
  ['The pneumothorax has resolved.', ''],
  ['No acute cardiopulmonary disease.', ''],
  ['Small left effusion.', 'Small left effusion.'],
  ['Cardiomegaly without edema.', 'Cardiomegaly'],
  ['No pneumothorax, but a small effusion.', 'but a small effusion.'],
  ['No pneumothorax; possible pneumonia.', 'possible pneumonia.'],
  ['Effusion, no pneumothorax, and a nodule is seen.', 'Effusion, and a nodule is seen.'],
  ['Possible pneumonia.', 'Possible pneumonia.'],
  ['Pneumonia cannot be excluded.', 'Pneumonia cannot be excluded.'],
  ['The heart is normal in size.', 'The heart is normal in size.'],
  ['The lungs are clear without effusion.', 'The lungs are clear'],
  ['No change in the left effusion.', 'No change in the left effusion.'],
  ['Family history of emphysema.', ''],
  ['Stable XXXX nodule.', 'Stable nodule.'],
  ['The spleen is of usual shape.', 'The spleen is of usual shape.'],
];

for (const [sentence, asserted] of SENTENCES) {
  test(sentence, () => {
    const { reading } = readForEncoding([{ section: 'FINDINGS', text: sentence }]);
    assert.equal(reading.assertedText, asserted);
  });
}

test('only results are asserted: not the indication, the comparison, the technique', () => {
  const text =
    'INDICATION: Pneumonia. COMPARISON: Effusion in May. TECHNIQUE: Two views. FINDINGS: Nodule. IMPRESSION: Mass.';
  const { reading } = readForEncoding([{ section: null, text }]);
  assert.equal(reading.assertedText, 'Nodule.\nMass.');
});

test('the vector is made of the sentences with findings, of all where there are none', () => {
  const encoded = (text: string) => readForEncoding([{ section: null, text }]).toEncode;
  assert.deepEqual(encoded('Heart size is normal. Small effusion. No pneumothorax. Small effusion.'), [
    'Small effusion.',
  ]);
  assert.deepEqual(encoded('Heart size is normal. No pneumothorax.'), ['Heart size is normal.']);
  assert.deepEqual(encoded('No pneumothorax.'), []);
  const many = Array.from({ length: MAX_ENCODED_SENTENCES + 5 }, (_, n) => `Nodule of ${n + 2} mm.`).join(
    ' ',
  );
  assert.equal(encoded(many).length, MAX_ENCODED_SENTENCES);
});
