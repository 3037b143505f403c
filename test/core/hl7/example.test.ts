import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseMessage } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { only } from './messages.ts';

test('the example of the repository is a final report with an accession number', () => {
  const bytes = readFileSync(join(projectRoot(), 'examples', 'report.hl7'));
  const report = only(reportsOf(parseMessage(bytes)));
  assert.equal(report.problem, null);
  assert.deepEqual(
    [report.accessions[0]?.value, report.identity.fillerNumber, report.resultStatus],
    ['EX4711', 'EX-4711-1', 'F'],
  );
  assert.deepEqual(
    report.parts.map(({ section }) => section),
    ['FINDINGS', 'IMPRESSION'],
  );
});
