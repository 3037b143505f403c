import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveries, itemName, scheduledCase } from '../../simulator/department.ts';

const SCHEDULED = Array.from({ length: 800 }, (_, n) => scheduledCase(9, n));

test('either side may come first, and both orders are common', () => {
  const both = SCHEDULED.filter(({ plan }) => plan.partner === 'BOTH');
  const imagesFirst = both.filter(({ deliveries: list }) => {
    const names = list.map(({ item }) => item.kind).filter((kind) => kind !== 'KEY_OBJECT');
    return names[0] === 'IMAGES';
  }).length;
  const share = imagesFirst / both.length;
  assert.ok(share > 0.4 && share < 0.7, String(share));
});

test('lone cases send one side only', () => {
  const kinds = (list: { item: { kind: string } }[]) => new Set(list.map(({ item }) => item.kind));
  const lone = SCHEDULED.filter(({ plan }) => plan.partner !== 'BOTH');
  assert.ok(lone.length > 5);
  for (const { plan, deliveries: list } of lone)
    if (plan.partner === 'REPORT_ONLY') assert.deepEqual([...kinds(list)], ['REPORT']);
    else assert.ok(!kinds(list).has('REPORT') && kinds(list).has('IMAGES'));
});

test('versions follow each other, in seconds to minutes', () => {
  const gaps: number[] = [];
  for (const { deliveries: list } of SCHEDULED) {
    const reports = list.filter(({ item }) => item.kind === 'REPORT');
    assert.deepEqual(
      reports.map(({ item }) => itemName(item)),
      reports.map((_, version) => `REPORT.${version}`),
    );
    for (const [i, { delay }] of reports.entries())
      if (i > 0) gaps.push(delay - (reports[i - 1]?.delay ?? 0));
    for (const { delay } of list) assert.ok(delay >= 0 && delay < 3600);
  }
  assert.ok(Math.min(...gaps) > 1 && Math.max(...gaps) > 90);
});

test('a key object may come before its images', () => {
  const early = SCHEDULED.filter(({ deliveries: list }) => {
    const kinds = list.map(({ item }) => item.kind);
    return kinds.includes('KEY_OBJECT') && kinds.indexOf('KEY_OBJECT') < kinds.indexOf('IMAGES');
  });
  assert.ok(early.length > 5);
});

test('the schedule of a case is always the same', () => {
  const { plan, deliveries: list } = scheduledCase(9, 4);
  assert.deepEqual(deliveries(plan), list);
});
