import assert from 'node:assert/strict';
import test from 'node:test';
import { once } from '../../../core/hl7/once.ts';

test('each key is asked for once, whatever its value is', () => {
  const asked: string[] = [];
  const values = new Map<string, string | null>([
    ['a', 'A'],
    ['b', null],
  ]);
  const read = once((key: string) => {
    asked.push(key);
    return values.get(key);
  });
  assert.deepEqual(['a', 'b', 'c', 'a', 'b', 'c'].map(read), ['A', null, undefined, 'A', null, undefined]);
  assert.deepEqual(asked, ['a', 'b', 'c']);
});
