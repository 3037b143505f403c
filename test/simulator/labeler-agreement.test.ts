import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage } from '../../core/hl7/message.ts';
import { reportsOf } from '../../core/hl7/report.ts';
import { CONCEPTS } from '../../core/site-lexicon/concepts.ts';
import { readReport } from '../../core/text/reading.ts';
import { reportLabels } from '../../core/text/report-labels.ts';
import { planCase } from '../../simulator/case.ts';

/**
 * The labeler also labels statements of normality, what they deny, and the kind of a fracture or device: those the truth
 * does not tell. Of anything else that it reads in the simulated reports the truth tells.
 */
const UNTOLD = new Set([
  ...CONCEPTS.filter(({ group }) => group === 'normal').map(({ id }) => id),
  ...[
    'rib-fracture',
    'compression-fracture',
    'central-line',
    'endotracheal-tube',
    'enteric-tube',
    'pacemaker',
  ],
  ...['chest-tube', 'vascular-congestion', 'enlarged-mediastinum'],
]);

/** Share of reports that must read exactly as they were meant, all labels of all other concepts. */
const LEAST_AGREEMENT = 0.9;

test('the labeler reads 200 simulated cases as they were meant', () => {
  let reports = 0;
  const disagreements: string[] = [];
  for (let n = 0; n < 200; n++)
    for (const version of planCase(13, n).reports) {
      reports++;
      const parts = reportsOf(parseMessage(version.message)).flatMap((report) => report.parts);
      const read = [...reportLabels(readReport(parts).findings)].filter(([concept]) => !UNTOLD.has(concept));
      const expected = Object.entries(version.labels).sort();
      if (JSON.stringify(read.sort()) !== JSON.stringify(expected)) disagreements.push(version.text);
    }
  const agreement = 1 - disagreements.length / reports;
  assert.ok(agreement >= LEAST_AGREEMENT, `${agreement}: ${disagreements.slice(0, 3).join('\n\n')}`);
});
