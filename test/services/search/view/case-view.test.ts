import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseStanding } from '../../../../core/radiology/standing.ts';
import { caseDocument } from '../../../../services/indexer/case-document.ts';
import { caseView } from '../../../../services/search/view/case-view.ts';
import { caseFixture, FIXTURE_SECRET } from '../../../support/case-fixture.ts';

const SLOTS = { text: { generation: 1, dims: 512 }, image: { generation: 1, dims: 1280 } };

const FOUND = { id: 'a', version: 1, written: { _index: 'cases', _seq_no: 1, _primary_term: 1 } };

function documentOf(withdrawnLines: number) {
  const theCase = caseFixture({ reports: [{ text: 'Clear lungs.', change: { withdrawnLines } }] });
  return caseDocument(theCase, caseStanding(theCase), SLOTS, FIXTURE_SECRET);
}

test('the API tells how many lines were withdrawn, and which version is shown', () => {
  const [report] = caseView({ ...FOUND, document: documentOf(2) }).reports;
  assert.deepEqual([report?.withdrawnLines, report?.linesWithoutResult], [2, 0]);
  assert.deepEqual(
    report?.versions.map(({ shown }) => shown),
    [true],
  );
});

test('a document that was indexed before it told these is shown as one without', () => {
  const document = documentOf(2);
  const older = document.reports.map(({ withdrawn_lines, lines_without_result, versions, ...rest }) => ({
    ...rest,
    versions: versions.map(({ shown, ...version }) => version),
  }));
  const found = { ...FOUND, document: { ...document, reports: older as typeof document.reports } };
  const [report] = caseView(found).reports;
  assert.deepEqual([report?.withdrawnLines, report?.linesWithoutResult], [0, 0]);
  assert.deepEqual(
    report?.versions.map(({ shown }) => shown),
    [true],
  );
});
