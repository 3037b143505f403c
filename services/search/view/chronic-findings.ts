import { isResult } from '../../../core/text/report-labels.ts';
import type { CaseDocumentReport } from '../../../schemas/index/case-document.ts';

/**
 * The concepts that a case has as old ones only (chronic, healed, remote): wherever a result of its reports says that one
 * is present, it says that it is old. A healed fracture beside a new one is no old fracture. Cancelled reports say nothing.
 */
export function chronicFindings(
  reports: readonly Pick<CaseDocumentReport, 'status' | 'findings'>[],
): ReadonlySet<string> {
  const chronic = new Set<string>();
  const other = new Set<string>();
  for (const { status, findings } of reports) {
    if (status === 'CANCELLED') continue;
    for (const finding of findings) {
      if (finding.assertion !== 'PRESENT' || !isResult(finding)) continue;
      const ages = (finding.attributes ?? []).filter(({ kind }) => kind === 'AGE');
      const isChronic = ages.length > 0 && ages.every(({ value }) => value === 'CHRONIC');
      (isChronic ? chronic : other).add(finding.concept);
    }
  }
  for (const concept of other) chronic.delete(concept);
  return chronic;
}
