import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STALL_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { Stall } from '../../../platform/kafka/stall.ts';

const STEP_MS = 15_000;
const LONG = STALL_TIMEOUT_MS + 2 * STEP_MS;

/** When it is taken for stalled, where every look sees this; null where it never is. */
function stalledAfter(stall: Stall, from: number, behind: boolean | null): number | null {
  for (let at = STEP_MS; at <= LONG; at += STEP_MS) if (stall.saw(behind, from + at)) return at;
  return null;
}

test('a consumer that is behind and commits nothing has stalled, and not before the time is over', () => {
  const after = stalledAfter(new Stall(0), 0, true);
  assert.ok(after !== null && after > STALL_TIMEOUT_MS && after <= STALL_TIMEOUT_MS + STEP_MS);
});

test('one that has nothing to do, or commits, has not', () => {
  assert.equal(stalledAfter(new Stall(0), 0, false), null);
  const stall = new Stall(0);
  for (let at = STEP_MS; at <= LONG; at += STEP_MS) {
    stall.progressed(at);
    assert.equal(stall.saw(true, at + 1), false);
  }
});

test('the time for which the broker was away does not count: it has its time again', () => {
  const stall = new Stall(0);
  assert.equal(stalledAfter(stall, 0, null), null);
  const after = stalledAfter(stall, LONG, true);
  assert.ok(after !== null && after > STALL_TIMEOUT_MS - STEP_MS);
});
