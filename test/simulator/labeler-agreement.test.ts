import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage } from '../../core/hl7/message.ts';
import { reportsOf } from '../../core/hl7/report.ts';
import { readReport } from '../../core/text/reading.ts';
import { reportLabels } from '../../core/text/report-labels.ts';
import { planCase } from '../../simulator/case.ts';

/** Statements of normality are labels of the labeler, not findings of the truth. */
const NORMALITY = new Set(['lungs-clear', 'heart-normal', 'normal-study']);

/** Share of reports that must read exactly as they were meant, all labels of all concepts. */
const LEAST_AGREEMENT = 0.9;

test('the labeler reads 200 simulated cases as they were meant', () => {
  let reports = 0;
  const disagreements: string[] = [];
  for (let n = 0; n < 200; n++)
    for (const version of planCase(13, n).reports) {
      reports++;
      const parts = reportsOf(parseMessage(version.message)).flatMap((report) => report.parts);
      const read = [...reportLabels(readReport(parts).findings)].filter(
        ([concept]) => !NORMALITY.has(concept),
      );
      const expected = Object.entries(version.labels).sort();
      if (JSON.stringify(read.sort()) !== JSON.stringify(expected)) disagreements.push(version.text);
    }
  const agreement = 1 - disagreements.length / reports;
  assert.ok(agreement >= LEAST_AGREEMENT, `${agreement}: ${disagreements.slice(0, 3).join('\n\n')}`);
});
