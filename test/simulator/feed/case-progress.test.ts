import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '../../../simulator/department.ts';
import { CaseProgress } from '../../../simulator/feed/case-progress.ts';
import { FIRST_RETRY_MS, LAST_RETRY_MS } from '../../../simulator/limits.ts';

const DELIVERIES: Delivery[] = [
  { item: { kind: 'IMAGES' }, delay: 2 },
  { item: { kind: 'REPORT', version: 0 }, delay: 5 },
  { item: { kind: 'REPORT', version: 1 }, delay: 9 },
];

test('deliveries are due at their time, scaled, and versions in turn', () => {
  const progress = new CaseProgress(1);
  progress.begin(7, DELIVERIES, 1000, 0.5);
  assert.equal(progress.nextDueAt(), 2000);
  assert.equal(progress.due(1999).length, 0);
  const [images, report, ...more] = progress.due(1_000_000);
  assert.ok(images !== undefined && report !== undefined && more.length === 0);
  progress.accepted(report);
  progress.accepted(images);
  const [second] = progress.due(1_000_000);
  assert.ok(second !== undefined);
  progress.accepted(second);
  assert.equal(progress.openCases, 0);
});

test('the wait doubles with every attempt, up to its limit', () => {
  const progress = new CaseProgress(1);
  progress.begin(7, DELIVERIES.slice(0, 1), 0, 0);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    const [item] = progress.due(Number.MAX_SAFE_INTEGER);
    assert.ok(item !== undefined);
    progress.notAccepted(item, 0);
    waits.push(item.dueAt);
  }
  assert.deepEqual(waits.slice(0, 3), [FIRST_RETRY_MS, 2 * FIRST_RETRY_MS, 4 * FIRST_RETRY_MS]);
  assert.equal(waits.at(-1), LAST_RETRY_MS);
});

test('what is under way is not sent a second time', () => {
  const progress = new CaseProgress(1);
  progress.begin(7, DELIVERIES.slice(0, 1), 0, 0);
  const [item] = progress.due(1);
  assert.ok(item !== undefined);
  item.underWay = true;
  assert.equal(progress.due(1).length, 0);
  assert.deepEqual(progress.outstanding(), { 7: ['IMAGES'] });
});
