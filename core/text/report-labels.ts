/** The findings of a report as a whole, one assertion for each concept. */
import type { Assertion, Finding } from '../radiology/events.ts';
import { isResult } from './result-sections.ts';

export { isResult };

const RANK: Readonly<Record<Assertion, number>> = { ABSENT: 0, UNCERTAIN: 1, PRESENT: 2 };

/** Concept → assertion, of the results only (`isResult`): present beats uncertain beats absent. */
export function reportLabels(findings: readonly Finding[]): Map<string, Assertion> {
  const labels = new Map<string, Assertion>();
  for (const finding of findings) {
    if (!isResult(finding)) continue;
    const known = labels.get(finding.concept);
    if (known === undefined || RANK[finding.assertion] > RANK[known]) {
      labels.set(finding.concept, finding.assertion);
    }
  }
  return labels;
}

/** The same as three sorted lists of concept ids. */
export function labelsByAssertion(findings: readonly Finding[]): {
  present: string[];
  absent: string[];
  uncertain: string[];
} {
  const labels = [...reportLabels(findings)].sort(([a], [b]) => (a < b ? -1 : 1));
  const of = (assertion: Assertion) =>
    labels.filter((label) => label[1] === assertion).map(([concept]) => concept);
  return { present: of('PRESENT'), absent: of('ABSENT'), uncertain: of('UNCERTAIN') };
}
