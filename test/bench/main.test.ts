import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../bench/main.ts';

test('the words of a bench: name, options with and without a value', () => {
  assert.deepEqual(
    parse(['end-to-end', '--json', '--seconds', '10', '--data=/tmp/x', '--quick', '--rate', '-1']),
    {
      name: 'end-to-end',
      json: true,
      values: { json: 'true', seconds: '10', data: '/tmp/x', quick: 'true', rate: '-1' },
    },
  );
  assert.equal(parse([]).name, undefined);
  assert.equal(parse(['--json', 'end-to-end']).name, 'end-to-end');
});
