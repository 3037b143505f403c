import { existsSync, readFileSync } from 'node:fs';
import type { ReportPart } from '../../core/radiology/events.ts';
import { type CsvRow, parseCsv } from '../../evaluation/csv.ts';
import { joinedText } from '../../evaluation/report-rows.ts';
import { sharedData } from '../../harness/shared-data.ts';
import { planCase } from '../../simulator/case.ts';

/** A report as every labeler of the bench is given it. */
export interface BenchReport {
  id: string;
  text: string;
  parts: readonly ReportPart[];
}

export interface BenchReports {
  reports: BenchReport[];
  /** the rows with gold, where the reports have one */
  rows: CsvRow[] | null;
  about: string;
}

const SEED = 5;
const SIMULATED = 3_000;

/** The IU reports (findings and impression) beside the checkout, or simulated ones where they are not there. */
export function benchReports(): BenchReports {
  const file = sharedData('reports_iu_cxr_NC-ND', 'reports.csv');
  if (!existsSync(file)) return simulated();
  const rows = parseCsv(readFileSync(file, 'utf8'));
  const reports = rows.map((row) => benchReport(row['report_id'] ?? '', joinedText(row)));
  return {
    reports,
    rows,
    about: `IU chest reports, findings and impression, mean ${meanLength(reports)} characters`,
  };
}

function simulated(): BenchReports {
  const reports = Array.from({ length: SIMULATED }, (_, n) => {
    const text = planCase(SEED, n + 1).reports.at(-1)?.text ?? '';
    return benchReport(`s${n}`, [{ section: null, text }]);
  });
  return {
    reports,
    rows: null,
    about: `SIMULATED reports (the IU set is not here: these figures cannot be compared with others), mean ${meanLength(reports)} characters`,
  };
}

function benchReport(id: string, parts: ReportPart[]): BenchReport {
  return { id, parts, text: parts.map(({ text }) => text).join('\n') };
}

function meanLength(reports: readonly BenchReport[]): number {
  return Math.round(reports.reduce((sum, { text }) => sum + text.length, 0) / Math.max(1, reports.length));
}
