/**
 * What a report says as a whole, one assertion for each concept. Only results count (`isResult`). Present beats uncertain
 * beats absent, and the impression decides over a doubt of the findings section: "possible nodule" there and "no nodule"
 * in the impression is absent. What one section asserts stays asserted though the other hedges or denies it; that is
 * flagged as contradicted. (Letting the impression decide over that too made labels worse, see docs/labeler.md.)
 */
import type { Assertion, Finding } from '../radiology/events.ts';
import { readContradictions } from './contradictions.ts';
import { isResult } from './result-sections.ts';
import { rulesOf } from './rules.ts';

export { isResult };

/** A concept as the report says it, and why. */
export interface ReportLabel {
  concept: string;
  assertion: Assertion;
  /** the results that decided, in the order of the text */
  findings: Finding[];
  /** ids of the rules that made them */
  rules: string[];
  /** other results say what cannot hold beside it */
  contradicted: boolean;
}

const WEIGHT: Readonly<Record<Assertion, number>> = { ABSENT: 0, UNCERTAIN: 1, PRESENT: 4 };
const IMPRESSION_WEIGHT: Readonly<Record<Assertion, number>> = { ABSENT: 2, UNCERTAIN: 3, PRESENT: 5 };

/** Concept → assertion. */
export function reportLabels(findings: readonly Finding[]): Map<string, Assertion> {
  const labels = new Map<string, Assertion>();
  const weights = new Map<string, number>();
  for (const finding of findings) {
    if (!isResult(finding)) continue;
    const weight = weightOf(finding);
    if (weight <= (weights.get(finding.concept) ?? -1)) continue;
    weights.set(finding.concept, weight);
    labels.set(finding.concept, finding.assertion);
  }
  return labels;
}

/** The labels with the findings and rules that made them, in the order of the text. */
export function explainLabels(findings: readonly Finding[]): ReportLabel[] {
  const results = findings.filter(isResult);
  return [...reportLabels(findings)].map(([concept, assertion]) => {
    const same = results.filter((finding) => finding.concept === concept);
    const deciding = same.filter((finding) => finding.assertion === assertion);
    return {
      concept,
      assertion,
      findings: deciding,
      rules: [...new Set(deciding.flatMap(rulesOf))],
      contradicted: readContradictions(same).length > 0,
    };
  });
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
/** What counts more: the larger number. */
function weightOf({ assertion, section }: Finding): number {
  return (section === 'IMPRESSION' ? IMPRESSION_WEIGHT : WEIGHT)[assertion];
}
