import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosen } from '../../cli/reindex/asked-generation.ts';

const one = { bundle: `abcdef12${'0'.repeat(56)}`, name: 'one', generation: 1, dims: 8, reembedAt: 0 };
const two = { bundle: `123456789${'0'.repeat(55)}`, name: 'two', generation: 2, dims: 8, reembedAt: 0 };
const live = [one, two];

test('a reindex takes the bundle that was promoted last, or the one that is asked for', () => {
  assert.equal(chosen(live, undefined, undefined), two);
  assert.equal(chosen([], undefined, undefined), undefined);
  assert.equal(chosen(live, 'one', undefined), one);
  assert.equal(chosen(live, 'abcdef12', undefined), one);
  assert.equal(chosen(live, two.bundle, undefined), two);
  assert.equal(chosen(live, undefined, 1), one);
});

test('a bundle is not guessed from a name that none has, or from the first letters of its hash', () => {
  assert.equal(chosen(live, 'three', undefined), undefined);
  assert.equal(chosen(live, '123', undefined), undefined);
  assert.equal(chosen(live, '', undefined), undefined);
  assert.equal(chosen(live, undefined, 3), undefined);
});
