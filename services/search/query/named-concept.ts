import { type Concept, conceptName } from '../../../core/site-lexicon/concepts.ts';
import type { LexiconData } from '../../../core/text/lexicon-data.ts';
import type { NamedConcept } from '../../../schemas/api/answers.ts';

let siteNames: ReadonlyMap<string, string> = new Map();

/** From now on findings have the names of this lexicon; once, as the service starts, with the one that the labeler reads. */
export function nameBy({ findings: { findings } }: LexiconData): void {
  siteNames = new Map(findings.map(({ id, name }) => [id, name]));
}

/** The name that people read; ours where the site's lexicon has left a finding out, the id where nobody knows one. */
export function nameOf(concept: string): string {
  return siteNames.get(concept) ?? conceptName(concept);
}

/** A concept with the name that people read. */
export function named(concept: string): NamedConcept {
  return { concept, name: nameOf(concept) };
}

/** The findings of a lexicon, for filters and tables. */
export function conceptsOf({ findings: { findings } }: LexiconData): Concept[] {
  return findings.map(({ id, name, group, implies = [], codes = [] }) => ({
    id,
    name,
    group,
    implies,
    codes,
  }));
}
