/**
 * Results of one report that cannot both hold: a finding that is present in one sentence and absent in another, at places
 * that do not differ. "No effusion on the right, small effusion on the left" is none, nor is "no large effusion" beside
 * a small one, nor a denial of something new or acute beside what was there before, nor one "at this level".
 */
import type { Contradiction, Finding } from '../radiology/events.ts';
import { isResult } from './result-sections.ts';

/** At most one for each concept: the first two findings that contradict each other. */
export function readContradictions(findings: readonly Finding[]): Contradiction[] {
  const denied = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.assertion !== 'ABSENT' || !isResult(finding) || isQualified(finding)) continue;
    const same = denied.get(finding.concept);
    if (same === undefined) denied.set(finding.concept, [finding]);
    else if (same.length < MAX_COMPARED) same.push(finding);
  }
  if (denied.size === 0) return [];
  const contradictions: Contradiction[] = [];
  for (const finding of findings) {
    if (finding.assertion !== 'PRESENT' || !isResult(finding)) continue;
    const other = denied.get(finding.concept)?.find((absent) => isSamePlace(absent, finding));
    if (other === undefined) continue;
    const [first = 0, second = 0] = [finding.start, other.start].sort((a, b) => a - b);
    contradictions.push({ concept: finding.concept, first, second });
    denied.delete(finding.concept);
  }
  return contradictions;
}

/** Denials of one concept that are compared with what is present: the work stays linear. */
const MAX_COMPARED = 20;

/** Denied is only one of its kind ("no large effusion", "no new nodule", "no acute infarct", "at this level"), or it is gone. */
function isQualified({ change, severity, sizesMm, location, attributes }: Finding): boolean {
  if (change !== '' || severity !== '' || sizesMm.length > 0 || location === THIS_LEVEL) return true;
  return attributes.some(({ kind }) => kind === 'AGE' || kind === 'LOOK');
}

const THIS_LEVEL = 'this level';

function isSamePlace(a: Finding, b: Finding): boolean {
  const sides = a.laterality === '' || b.laterality === '' || a.laterality === b.laterality;
  return sides && (a.location === '' || b.location === '' || a.location === b.location);
}
