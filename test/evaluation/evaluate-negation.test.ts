import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseCsv } from '../../evaluation/csv.ts';
import { evaluateNegation, negationErrors } from '../../evaluation/evaluate-negation.ts';
import { targetSpan } from '../../evaluation/target-span.ts';
import { missing, sharedData } from '../../harness/shared-data.ts';

test('the condition is found in capitals, whole, whatever white space stands between its words', () => {
  const at = (sentence: string, condition: string) => {
    const span = targetSpan(sentence, condition);
    return span === null ? null : sentence.slice(span.start, span.end);
  };
  assert.equal(at('edema, no EDEMA.', 'edema'), 'EDEMA');
  assert.equal(at('No CHEST  \n PAIN today', 'chest pain'), 'CHEST  \n PAIN');
  assert.equal(at("PE's were seen, no PE.", 'PE'), 'PE');
  assert.equal(targetSpan("PE's were seen, no PE.", 'PE')?.start, 19);
  assert.equal(at('C++ (grade 1/6) MURMUR', 'C++ (grade 1/6)'), 'C++ (grade 1/6)');
  assert.equal(at('Nothing here.', 'edema'), null);
  assert.equal(at('Nothing here.', '  '), null);
});

const ROWS = [
  ['asthma', 'No ASTHMA.', 'Negated', 'Recent', 'Patient'],
  ['gout', 'He has GOUT.', 'Affirmed', 'Recent', 'Patient'],
  ['gout', 'Possible GOUT.', 'Affirmed', 'Recent', 'Patient'],
  ['asthma', 'Mother had ASTHMA.', 'Affirmed', 'Recent', 'Family member'],
  ['gout', 'There is GOUT.', 'Negated', 'Recent', 'Patient'],
  ['stroke', 'This sentence lacks it.', 'Affirmed', 'Recent', 'Patient'],
].map(([condition = '', sentence = '', negation = '', temporality = '', experiencer = '']) => ({
  condition,
  sentence,
  negation,
  temporality,
  experiencer,
}));

test('words outside of the lexicon are judged; uncertain and missing ones count as affirmed', () => {
  const it = evaluateNegation(ROWS, { resamples: 20 });
  assert.deepEqual([it.negation.tp, it.negation.fp, it.negation.fn], [1, 0, 1]);
  assert.equal(it.negation_f1, 2 / 3);
  assert.equal(it.without_target, 1);
  assert.equal(it.rows_dev + it.rows_test, 6);
  assert.deepEqual([it.experiencer.tp, it.experiencer.fp, it.experiencer.fn], [1, 0, 0]);
  assert.equal(it.baselines.all_affirmed_accuracy, 4 / 6);
  const wrong = [...negationErrors(ROWS, 'dev'), ...negationErrors(ROWS, 'test')];
  assert.deepEqual(
    wrong.map(({ sentence }) => sentence),
    ['There is GOUT.'],
  );
});

const skip = missing('nlp_negex_testkit', 'annotations.csv');

test('the kit of NegEx: negation is read in both halves', { skip }, (t) => {
  const rows = parseCsv(readFileSync(sharedData('nlp_negex_testkit', 'annotations.csv'), 'utf8'));
  const it = evaluateNegation(rows, { resamples: 1 });
  t.diagnostic(`negation F1 ${it.negation_f1} (dev ${it.negation_f1_dev}, test ${it.negation_f1_test})`);
  assert.ok(it.negation_f1_dev >= 0.96 && it.negation_f1_test >= 0.96);
});
