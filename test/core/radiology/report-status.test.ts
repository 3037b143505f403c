import assert from 'node:assert/strict';
import test from 'node:test';
import { reportStatus, statusRank } from '../../../core/radiology/report-status.ts';

test('letters and words of OBR-25, OBX-11 and TXA-17', () => {
  assert.equal(reportStatus('P'), 'PRELIMINARY');
  assert.equal(reportStatus('Wet Read'), 'PRELIMINARY');
  assert.equal(reportStatus('f'), 'FINAL');
  assert.equal(reportStatus(' Final '), 'FINAL');
  assert.equal(reportStatus('C'), 'CORRECTED');
  assert.equal(reportStatus('Addendum'), 'ADDENDUM');
  assert.equal(reportStatus('X'), 'CANCELLED');
});

test('an unknown status cannot replace a final report of the same time', () => {
  assert.ok(statusRank(reportStatus('??')) < statusRank('FINAL'));
});
