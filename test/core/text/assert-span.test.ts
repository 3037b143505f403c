import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSpan } from '../../../core/text/assert-span.ts';

/** A sentence with the words in question in capitals, whatever they name, and how they are meant. */
const SPANS: readonly (readonly [string, string])[] = [
  ['He denies any NIGHT SWEATS or chills.', 'ABSENT'],
  ['He denies any night sweats or CHILLS.', 'ABSENT'],
  ['She has a long standing LIMP.', 'PRESENT'],
  ['Possible SHUNT MALFUNCTION.', 'UNCERTAIN'],
  ['History of HEADACHES.', 'PRESENT HISTORICAL'],
  ['Her mother had GLAUCOMA.', 'PRESENT FAMILY'],
  ['No rash. FEVER since Monday.', 'PRESENT'],
  ['The test was noted to be negative for STRICTURE.', 'ABSENT'],
];

for (const [text, expected] of SPANS) {
  test(text, () => {
    const words = /[A-Z]{2,}(?: [A-Z]{2,})*/.exec(text);
    assert.ok(words);
    const { assertion, time, subject } = assertSpan(text, words.index, words.index + words[0].length);
    const said = [assertion, time === 'CURRENT' ? '' : time, subject === 'PATIENT' ? '' : subject];
    assert.equal(said.filter(Boolean).join(' '), expected);
  });
}

test('a heading of the past or of relatives says when or of whom', () => {
  const past = 'PAST MEDICAL HISTORY: The patient has gout and no diabetes.';
  const gout = assertSpan(past, past.indexOf('gout'), past.indexOf('gout') + 4);
  assert.deepEqual([gout.assertion, gout.time, gout.subject], ['PRESENT', 'HISTORICAL', 'PATIENT']);
  assert.match(gout.rules.join(), /heading\/past-history\//);
  const family = 'Family history: Glaucoma.';
  const { subject, time } = assertSpan(family, family.indexOf('Glaucoma'), family.length - 1);
  assert.deepEqual([subject, time], ['FAMILY', 'CURRENT']);
});

test('the rules that decided are named', () =>
  assert.deepEqual(assertSpan('No limp.', 3, 7).rules, ['cue/absent-before/1']));
