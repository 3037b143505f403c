import assert from 'node:assert/strict';
import { test } from 'node:test';
import { f1Intervals, pairedDifference } from '../../evaluation/bootstrap.ts';
import { PythonRandom } from '../../evaluation/python-random.ts';
import {
  CLASSES,
  chanceF1,
  type LabelCells,
  presentBits,
  type Scored,
  score,
} from '../../evaluation/score.ts';

const bits = (...names: string[]) => names.reduce((sum, name) => sum | (1 << CLASSES.indexOf(name)), 0);

test('the random numbers are those of random.Random(20151118).randrange of Python', () => {
  const random = new PythonRandom(20151118);
  // python3 -c "import random; r = random.Random(20151118); print([r.randrange(2880) for _ in range(8)])"
  assert.deepEqual(
    Array.from({ length: 8 }, () => random.below(2880)),
    PYTHON_DRAWS,
  );
  const long = new PythonRandom(1);
  let last = 0;
  for (let i = 0; i < 2_000; i++) last = long.below(1_000_003);
  assert.equal(last, PYTHON_LAST);
});

const PYTHON_DRAWS: number[] = [2843, 2663, 290, 2846, 321, 326, 1261, 733];
const PYTHON_LAST = 630339;

test('micro pools the classes, macro is their mean, and a class without a positive is in neither', () => {
  const reports: Scored[] = [
    { gold: bits('Effusion', 'Edema'), read: bits('Effusion') },
    { gold: bits('Effusion'), read: bits('Effusion', 'Hernia') },
    { gold: 0, read: bits('Edema') },
    { gold: 0, read: 0 },
  ];
  const { micro, macro, perClass } = score(reports);
  assert.deepEqual([micro.tp, micro.fp, micro.fn], [2, 1, 1]);
  assert.equal(micro.f1, 2 / 3);
  assert.equal(macro.f1, 0.5);
  assert.equal(perClass.get('Hernia')?.fp, 1);
  assert.equal(score([]).micro.f1, 0);
});

test('uncertain counts as present only where it is asked for', () => {
  const cells: LabelCells = ['1', '-1', '0', ''];
  assert.equal(presentBits(cells), 1);
  assert.equal(presentBits(cells, true), 3);
});

test('guessing reaches what the shares of the classes allow', () => {
  const half = Array.from({ length: 10 }, (_, i) => ({ gold: i < 5 ? 1 : 0, read: 0 }));
  assert.equal(chanceF1(half), 0.5);
  assert.equal(chanceF1([]), 0);
});

test('an interval holds its figure; the same reading twice has no difference, a worse one a negative one', () => {
  const reports = Array.from({ length: 300 }, (_, i) => ({
    gold: i % 3 === 0 ? bits('Effusion') : i % 50 === 1 ? bits('Mass') : 0,
    read: i % 4 === 0 || i % 3 === 0 ? bits('Effusion') : 0,
  }));
  const { micro, macro } = f1Intervals(reports, 200);
  const whole = score(reports);
  assert.ok(micro[0] < whole.micro.f1 && whole.micro.f1 < micro[1]);
  assert.ok(macro[0] <= whole.macro.f1 && whole.macro.f1 <= macro[1]);
  assert.deepEqual(f1Intervals(reports, 200), { micro, macro }, 'the same every time');

  assert.deepEqual(pairedDifference(reports, reports, 50), { value: 0, ci95: [0, 0], notBetter: 1 });
  const blind = reports.map(({ gold }) => ({ gold, read: 0 }));
  const worse = pairedDifference(blind, reports, 50);
  assert.ok(worse.value < 0 && worse.ci95[1] < 0);
  assert.equal(worse.notBetter, 1);
});
