/**
 * What the findings of a report imply: a pneumonia is an opacity, whether the report says so or not. Kept apart from the
 * findings: it is not what the report says. What the report speaks of itself is never implied.
 */
import type { Assertion, ImpliedFinding } from '../radiology/events.ts';
import type { Lexicon } from './lexicon.ts';
import { ruleId } from './rules.ts';

/** @param labels concept → assertion, of the report as a whole */
export function readImplied(labels: ReadonlyMap<string, Assertion>, lexicon: Lexicon): ImpliedFinding[] {
  const implied = new Map<string, ImpliedFinding>();
  for (const assertion of ['PRESENT', 'UNCERTAIN'] as const) {
    const waiting = [...labels].filter((label) => label[1] === assertion).map(([concept]) => concept);
    for (let by = waiting.pop(); by !== undefined; by = waiting.pop()) {
      for (const concept of lexicon.entries.get(by)?.implies ?? []) {
        if (labels.has(concept) || implied.has(concept)) continue;
        implied.set(concept, { concept, assertion, by, rule: ruleId.implies(by, concept) });
        waiting.push(concept);
      }
    }
  }
  return [...implied.values()];
}
