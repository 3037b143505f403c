import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportView } from '../../schemas/api/answers.ts';
import { problemSentence, reportMarks } from '../../web/src/report-marks.ts';

type Version = ReportView['versions'][number];

const PLAIN: ReportView = {
  id: 'r1',
  status: 'FINAL',
  effectiveAt: '2026-01-12T10:00:00.000Z',
  observedAt: null,
  procedure: '',
  text: 'Clear lungs.',
  sections: [],
  findings: [],
  contradictions: [],
  citations: [],
  unread: [],
  versions: [version('FINAL', 10, true)],
  withdrawnLines: 0,
  linesWithoutResult: 0,
  labeler: { generation: 1, hash: '' },
  problem: null,
};

function version(status: Version['status'], hour: number, shown: boolean): Version {
  return { status, effectiveAt: `2026-01-12T${hour}:00:00.000Z`, receivedOffset: hour, shown };
}

test('a report like most has no marks', () => {
  assert.deepEqual(reportMarks(PLAIN), []);
});

test('lines that were withdrawn, or are no result, are told with their number', () => {
  assert.deepEqual(reportMarks({ ...PLAIN, withdrawnLines: 1 }), ['1 line withdrawn by the sender.']);
  assert.deepEqual(reportMarks({ ...PLAIN, withdrawnLines: 2, linesWithoutResult: 1 }), [
    '2 lines withdrawn by the sender.',
    '1 line of the message without a result left out.',
  ]);
});

test('a version with a later time that is not shown, and a report that went back, are told', () => {
  const later = [version('PRELIMINARY', 14, false), version('FINAL', 10, true)];
  assert.match(
    reportMarks({ ...PLAIN, versions: later }).join(),
    /^Another version \(Preliminary\) states a later time/,
  );
  const back = [version('PRELIMINARY', 14, true), version('FINAL', 10, false)];
  assert.deepEqual(reportMarks({ ...PLAIN, status: 'PRELIMINARY', versions: back }), [
    'An earlier version of this report was final.',
  ]);
});

test('a report without text says why', () => {
  assert.match(problemSentence('HL7_TEXT_WITHDRAWN'), /took back every line/);
  assert.match(problemSentence('HL7_NO_RESULT'), /no result/);
  assert.match(problemSentence('REPORT_UNREADABLE'), /could not be read whole/);
});
