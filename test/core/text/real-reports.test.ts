import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CXR14 } from '../../../core/site-lexicon/concepts.ts';
import { readReport } from '../../../core/text/reading.ts';
import { reportLabels } from '../../../core/text/report-labels.ts';
import { missing, sharedData } from '../../../harness/shared-data.ts';
import { parseCsv } from '../../support/csv.ts';

const SET = 'reports_iu_cxr_NC-ND';
const skip = missing(SET, 'reports.csv');
/** The gold are codes of the whole report, not of its words: about .95 is the most that reading can reach. */
const MIN_MICRO_F1 = 0.92;

test('real chest reports: the classes of ChestX-ray14 against the coders', { skip }, (t) => {
  const rows = parseCsv(readFileSync(sharedData(SET, 'reports.csv'), 'utf8')).filter(
    (row) => row['has_gold'] === '1',
  );
  for (const layout of [findingsAndImpression, wholeReport]) {
    let [hits, wrong, missed] = [0, 0, 0];
    for (const row of rows) {
      const labels = reportLabels(readReport([{ section: null, text: layout(row) }]).findings);
      for (const { column, concept } of CXR14) {
        if (column === 'Hernia') continue; // the gold has none
        const read = labels.get(concept) === 'PRESENT';
        const gold = row[`gold_${column}`] === '1';
        if (read && gold) hits++;
        else if (read) wrong++;
        else if (gold) missed++;
      }
    }
    const f1 = (2 * hits) / (2 * hits + wrong + missed);
    t.diagnostic(`${layout.name}: micro-F1 ${f1.toFixed(3)} of ${rows.length} reports`);
    assert.ok(f1 >= MIN_MICRO_F1, `micro-F1 ${f1.toFixed(3)}`);
  }
});

test('real reports as the sender may wrap them read the same', { skip }, () => {
  const rows = parseCsv(readFileSync(sharedData(SET, 'reports.csv'), 'utf8')).slice(0, 500);
  const read = (text: string) =>
    readReport([{ section: null, text }]).findings.map((finding) => [
      finding.concept,
      finding.assertion,
      finding.time,
      finding.section,
      finding.laterality,
      finding.location,
    ]);
  let different = 0;
  for (const row of rows) {
    const text = wholeReport(row);
    const wrapped = text
      .split('\n')
      .map((line) => line.replace(/(.{40,60}) /g, '$1\n'))
      .join('\n');
    try {
      assert.deepEqual(read(wrapped), read(text));
    } catch {
      different++;
    }
  }
  assert.ok(different <= rows.length / 100, `${different} of ${rows.length} read otherwise`);
});

function findingsAndImpression(row: Record<string, string>): string {
  return [row['findings'], row['impression']].join('\n');
}

function wholeReport(row: Record<string, string>): string {
  return ['indication', 'comparison', 'findings', 'impression']
    .filter((name) => row[name]?.trim() !== '')
    .map((name) => `${name.toUpperCase()}: ${row[name]}`)
    .join('\n\n');
}
