import type { Finding, ReportStatus } from '../../core/radiology/events.ts';
import { isResult } from '../../core/text/report-labels.ts';

type Sided = Pick<Finding, 'assertion' | 'concept' | 'laterality'>;

/** A finding with its side, as the clinical view holds it: `PRESENT/effusion/LEFT`. */
export function sidedFinding({ assertion, concept, laterality }: Sided): string {
  return `${assertion}/${concept}/${laterality}`;
}

/** The results of reports that name a side, each once. A cancelled report has none. */
export function sidedFindings(reports: readonly { status: ReportStatus; findings: Finding[] }[]): string[] {
  const sided = reports
    .filter(({ status }) => status !== 'CANCELLED')
    .flatMap(({ findings }) => findings)
    .filter((finding) => finding.laterality !== '' && isResult(finding))
    .map(sidedFinding);
  return [...new Set(sided)];
}
