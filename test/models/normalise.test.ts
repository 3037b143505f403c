import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseRows } from '../../models/normalise.ts';

test('each row gets length 1; a row of zeros stays', () => {
  const rows = normaliseRows(Float32Array.of(3, 4, 0, 0, -2, 0), 2);
  assert.deepEqual(
    rows.map((row) => [...row].map((value) => value.toFixed(3))),
    [
      ['0.600', '0.800'],
      ['0.000', '0.000'],
      ['-1.000', '0.000'],
    ],
  );
});
