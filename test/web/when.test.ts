import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LONG_UNSEEN_MS, NEWEST_MS, OLD_AFTER_MS, POLL_MS, POLL_TIMEOUT_MS } from '../../web/src/limits.ts';
import { clock, whenWords } from '../../web/src/when.ts';

describe('when a change was seen', () => {
  const at = new Date(2026, 4, 17, 10, 15).getTime();

  it('is one time where the page looked shortly before, and between two where it did not', () => {
    assert.equal(whenWords({ since: at - LONG_UNSEEN_MS, at }, at), 'at 10:15');
    assert.equal(whenWords({ since: null, at }, at), 'at 10:15');
    assert.equal(whenWords({ since: at - 13 * 60_000, at }, at), 'between 10:02 and 10:15');
    assert.match(clock(at, at + 24 * 60 * 60_000), /^10:15 on .*2026/);
  });

  it('a change is seen within seconds, and what was not checked is marked after a failed look', () => {
    assert.ok(POLL_MS + 1_000 < 5_000 && NEWEST_MS <= 5_000);
    assert.ok(OLD_AFTER_MS > 2 * POLL_MS && OLD_AFTER_MS <= 10_000);
    assert.ok(POLL_TIMEOUT_MS < OLD_AFTER_MS);
  });
});
