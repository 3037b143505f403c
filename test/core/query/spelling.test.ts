import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  MIN_RESPELLED_LENGTH,
  nearestFindingWord,
  TWO_SLIPS_FROM_LENGTH,
} from '../../../core/query/spelling.ts';

const MISTYPED: readonly (readonly [string, string | null])[] = [
  ['pnuemothorax', 'pneumothorax'],
  ['pneumothroax', 'pneumothorax'],
  ['pnumothorax', 'pneumothorax'],
  ['cardiomegally', 'cardiomegaly'],
  ['atelectesis', 'atelectasis'],
  ['effussion', 'effusion'],
  ['pnemonia', 'pneumonia'],
  ['nodulle', 'nodule'],
  // known words
  ['pneumothorax', null],
  ['pleural', null],
  ['without', null],
  // no word of a finding
  ['sarcoidosis', null],
  ['qwertzuiop', null],
  ['', null],
];

for (const [word, meant] of MISTYPED)
  test(`"${word}" is ${meant === null ? 'left as it is' : `"${meant}"`}`, () => {
    assert.equal(nearestFindingWord(word), meant);
  });

test('short words are left alone, and only long ones may have two slips', () => {
  for (const [word, meant] of [
    ['edmea', null],
    ['edeama', 'edema'],
    ['nodduulle', null],
    ['pnuemothroax', 'pneumothorax'],
    ['nodulxy', null],
    ['pnuemothroaxxx', null],
    [`pneumothorax${'x'.repeat(1_000)}`, null],
  ] as const)
    assert.equal(nearestFindingWord(word), meant, word);
  assert.ok('edmea'.length < MIN_RESPELLED_LENGTH && 'nodulxy'.length < TWO_SLIPS_FROM_LENGTH);
});
