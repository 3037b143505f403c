import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halfOf, reportHalf } from '../../evaluation/report-halves.ts';

test('texts that differ in case and white space only are in the same half', () => {
  for (let number = 0; number < 50; number++) {
    const text = `Nodule ${number} is stable.`;
    assert.equal(halfOf(` NODULE  ${number}\nis stable. `), halfOf(text));
    assert.equal(reportHalf({ findings: '', impression: text }), halfOf(text));
  }
});

test('the halves are about equal', () => {
  const dev = Array.from({ length: 1000 }, (_, number) => halfOf(String(number))).filter(
    (half) => half === 'dev',
  );
  assert.ok(dev.length > 450 && dev.length < 550, `${dev.length} of 1000`);
});
