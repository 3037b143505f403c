import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Admission } from '../../../platform/concurrency/admission.ts';

describe('Admission', () => {
  it('limits the total and each peer, and gives a place back once', () => {
    const seen: number[] = [];
    const admission = new Admission(3, 2, (open) => seen.push(open));
    const first = admission.enter('a');
    assert.ok(first !== null && admission.enter('a') !== null);
    assert.equal(admission.enter('a'), null, 'no more for this peer');
    assert.ok(admission.enter('b') !== null);
    assert.equal(admission.enter('c'), null, 'no more at all');
    first();
    first();
    assert.ok(admission.enter('a') !== null);
    assert.equal(admission.enter('c'), null);
    assert.deepEqual(seen, [1, 2, 3, 2, 3]);
  });
});
