import type { DrawnFinding } from './chest-spec.ts';

/** Findings without a degree count as moderate; a doubtful one is drawn fainter. */
export function findingStrength(finding: DrawnFinding): number {
  const degree = finding.degree === 0 ? 0.75 : 0.3 + 0.233 * finding.degree;
  return finding.assertion === 'UNCERTAIN' ? 0.6 * degree : degree;
}

/** 0 where the finding is not drawn, up to 1 for a severe and certain one. */
export function strengthOf(findings: readonly DrawnFinding[], concept: string): number {
  const finding = findings.find((item) => item.concept === concept);
  return finding === undefined ? 0 : findingStrength(finding);
}
