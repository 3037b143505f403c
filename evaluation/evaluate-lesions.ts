import type { Finding } from '../core/radiology/events.ts';
import { conceptName } from '../core/site-lexicon/concepts.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../core/text/lexicon.ts';
import { readReport } from '../core/text/reading.ts';
import { LESION_GROUPS, type LesionGroup, type LesionOntology } from './lesion-terms.ts';
import { type Half, halfOf } from './report-halves.ts';
import { type Counts, type Rates, rates } from './score.ts';

/** A lesion as a radiologist wrote of it, with the terms that another one gave it. */
export interface LesionSentence {
  text: string;
  terms: readonly string[];
}

/** What `interleave evaluate lesions --json` prints. */
export interface LesionEvaluation {
  sentences: number;
  groups: Record<LesionGroup, LesionRates>;
}

export interface LesionRates extends Rates {
  dev: Rates;
  test: Rates;
  /** terms of the ontology in this group, and how many of them the labeler has any word for */
  terms: number;
  terms_known: number;
  /** recall over the terms that it has a word for */
  recall_known: number;
}

/**
 * How many of the terms of lesions the labeler reads: kind (its concepts), body part (its places with their sides) and
 * attribute (severity, looks and what else it reads), all in the ontology's words and with what follows from them. The labeler was
 * not made for these terms: what it does not know is missed.
 */
export function evaluateLesions(
  lesions: readonly LesionSentence[],
  ontology: LesionOntology,
  lexicon: Lexicon = DEFAULT_LEXICON,
): LesionEvaluation {
  const judged = lesions.map(({ text, terms }) => ({
    half: halfOf(text),
    gold: new Set(terms),
    read: ontology.expanded(lesionTerms(text, ontology, lexicon)),
  }));
  const known = knownTerms(ontology, lexicon);
  const group = (name: LesionGroup): LesionRates => {
    const inGroup = (term: string) => ontology.groupOf(term) === name;
    const of = (half?: Half) =>
      rates(
        judged
          .filter((lesion) => half === undefined || lesion.half === half)
          .map(({ gold, read }) => {
            return compare(new Set([...gold].filter(inGroup)), new Set([...read].filter(inGroup)));
          })
          .reduce((a, b) => ({ tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn }), { tp: 0, fp: 0, fn: 0 }),
      );
    const wanted = judged.flatMap(({ gold, read }) =>
      [...gold].filter((term) => inGroup(term) && known.has(term)).map((term) => read.has(term)),
    );
    return {
      ...of(),
      dev: of('dev'),
      test: of('test'),
      terms: ontology.terms.filter(inGroup).length,
      terms_known: [...known].filter(inGroup).length,
      recall_known: wanted.filter(Boolean).length / Math.max(1, wanted.length),
    };
  };
  const groups = Object.fromEntries(LESION_GROUPS.map((name) => [name, group(name)]));
  return { sentences: lesions.length, groups: groups as LesionEvaluation['groups'] };
}

/** The ontology's terms for what the labeler reads in a sentence; what is denied counts for nothing. */
function lesionTerms(text: string, ontology: LesionOntology, lexicon: Lexicon): Set<string> {
  const terms = new Set<string>();
  for (const finding of readReport([{ section: null, text }], lexicon).findings) {
    if (finding.assertion === 'ABSENT') continue;
    for (const name of namesOf(text, finding)) {
      const term = ontology.named(name);
      if (term !== undefined) terms.add(term);
    }
  }
  return terms;
}

/** The terms that the labeler has any word for: its concepts, its places with and without a side, severities and looks. */
function knownTerms(ontology: LesionOntology, { data }: Lexicon): Set<string> {
  const places = Object.keys(data.anatomy.locations);
  const names = [
    ...data.findings.findings.flatMap(({ id, name }) => [id.replaceAll('-', ' '), name]),
    ...places.flatMap((place) => [place, `left ${place}`, `right ${place}`, `${place} lymph node`]),
    ...Object.keys(data.attributes.look),
    ...[data.attributes.severity, data.attributes.look]
      .flatMap((phrases) => Object.values(phrases))
      .flat()
      .flatMap((phrase) => phrase.split(/[ |]/)),
  ];
  return ontology.expanded(names.flatMap((name) => ontology.named(name) ?? []));
}

/** What a finding may be called: by its concept, its own words, its place with and without its side. */
function namesOf(text: string, finding: Finding): string[] {
  const { concept, location, laterality, start, end } = finding;
  const side = laterality === 'BILATERAL' ? '' : laterality.toLowerCase();
  return [
    concept.replaceAll('-', ' '),
    conceptName(concept),
    text.slice(start, end),
    location,
    `${side} ${location}`.trim(),
    ...(LYMPH_NODES.has(concept) ? ['lymph node', `${location} lymph node`] : []),
    ...finding.attributes.map((attribute) => text.slice(attribute.start, attribute.end)),
  ];
}

/** A lymph node is called by its place. */
const LYMPH_NODES = new Set(['lymphadenopathy', 'lymph-node']);

function compare(gold: ReadonlySet<string>, read: ReadonlySet<string>): Counts {
  const tp = [...read].filter((term) => gold.has(term)).length;
  return { tp, fp: read.size - tp, fn: gold.size - tp };
}
