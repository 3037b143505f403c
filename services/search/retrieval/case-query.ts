import type { estypes } from '@elastic/elasticsearch';
import type { SearchFilters } from '../http/search-request.ts';
import type { QueryReading } from '../query/query-reading.ts';
import type { AskedNumber } from '../query/record-numbers.ts';
import { wordsOf, wordVariants } from '../query/word-variants.ts';

type Query = estypes.QueryDslQueryContainer;

/**
 * What a query becomes in Elasticsearch. Every leg is searched once for each tier, with the tier's clauses as a filter
 * inside the leg, so that assertion limits both legs before they are fused; all hits of a tier stand before those of the
 * next.
 */
export interface CaseQuery {
  /** what every hit fulfils, whatever its tier */
  filter: Query[];
  tiers: Query[][];
  /** scores by words (BM25), or null where the words say nothing that could be scored */
  words: Query | null;
  /** whether a hit must match `words`; where concepts or phrases filter already, the words only rank */
  wordsRequired: boolean;
  /** what is embedded for the leg of meaning, '' for no such leg */
  meaning: string;
}

export function caseQuery(reading: QueryReading, filters: SearchFilters): CaseQuery {
  const scored = scoredWords(reading);
  const denies = reading.deniedWords.length > 0 || reading.deniedPhrases.length > 0;
  const filtering =
    (reading.languageRead || scored.length === 0) &&
    (reading.concepts.length > 0 || reading.phrases.length > 0 || (denies && scored.length === 0));
  return {
    filter: [
      ...filterClauses(filters),
      ...reading.phrases.map(phraseClause),
      ...reading.deniedPhrases.map((phrase) => not(phraseClause(phrase))),
      ...reading.deniedWords.map((word) => not(assertedClause(word))),
    ],
    tiers: conceptTiers(reading),
    words: wordsClause(scored, reading, filtering),
    wordsRequired: !filtering,
    meaning: meaningText(reading),
  };
}

/**
 * "pneumothorax" means present. Tier 1: every concept is asserted as it was asked. Tier 2: what was asked as present may
 * also be uncertain. Tier 3, for several concepts: at least one of those asked as present is present or uncertain and
 * none of them is denied. The last tier: the words of all asked as present stand in sentences of a language that is not
 * read, and no other sentence denies them. A report that denies what was asked is in no tier.
 */
export function conceptTiers({ concepts }: Pick<QueryReading, 'concepts'>): Query[][] {
  const of = (assertion: string) =>
    concepts.filter((concept) => concept.assertion === assertion).map(({ concept }) => concept);
  const present = of('PRESENT');
  const fixed = [
    ...of('ABSENT').map((concept) => term('findings.absent', concept)),
    ...of('UNCERTAIN').map((concept) => term('findings.uncertain', concept)),
  ];
  const exact = [...fixed, ...present.map((concept) => term('findings.present', concept))];
  if (present.length === 0) return [exact];
  const open = [...fixed, ...present.map(presentOrUncertain)];
  const tiers = [exact, [...open, not(all(exact))]];
  const unread = [
    ...fixed,
    ...concepts.filter(({ assertion }) => assertion === 'PRESENT').map(({ text }) => unreadClause(text)),
    ...present.map((concept) => not(term('findings.absent', concept))),
  ];
  if (present.length === 1) return [...tiers, [...unread, not(all(open))]];
  const some = [
    ...fixed,
    any(present.map(presentOrUncertain)),
    ...present.map((concept) => not(term('findings.absent', concept))),
    not(all(open)),
  ];
  return [...tiers, some, [...unread, not(all(open)), not(all(some))]];
}

/** The cases of all tiers together: what is counted. */
export function matching(query: CaseQuery): Query {
  const tiers = any(query.tiers.map((tier) => all(tier)));
  return all([...query.filter, tiers, ...(query.wordsRequired && query.words !== null ? [query.words] : [])]);
}

export function filterClauses(filters: SearchFilters): Query[] {
  const oneOf = (field: string, values: readonly string[]): Query[] =>
    values.length === 0 ? [] : [{ terms: { [field]: [...values] } }];
  const day = 24 * 60 * 60 * 1000;
  const range = {
    ...(filters.from === undefined ? {} : { gte: Date.parse(`${filters.from}T00:00:00Z`) }),
    ...(filters.to === undefined ? {} : { lt: Date.parse(`${filters.to}T00:00:00Z`) + day }),
  };
  return [
    ...filters.present.map((concept) => term('findings.present', concept)),
    ...filters.absent.map((concept) => term('findings.absent', concept)),
    ...filters.uncertain.map((concept) => term('findings.uncertain', concept)),
    ...oneOf('modality', filters.modality),
    ...oneOf('body_part', filters.bodyPart),
    ...oneOf('status', filters.status),
    ...oneOf('patient.sex', filters.sex),
    ...oneOf('patient.age_group', filters.ageGroup),
    ...oneOf('standing', filters.standing),
    ...(filters.standing.length > 0 ? [] : [not(term('standing', 'WITHDRAWN'))]),
    ...(Object.keys(range).length === 0 ? [] : [{ range: { studied_at: range } }]),
    ...(filters.hasImages === undefined
      ? []
      : [{ range: { image_count: filters.hasImages ? { gte: 1 } : { lt: 1 } } }]),
  ];
}

/** The cases that have this accession or filler number, or an image with this UID. */
export function numberClause({ spellings }: Pick<AskedNumber, 'spellings'>): Query {
  const numbers: Query = { terms: { record_numbers: [...spellings] } };
  const uids = spellings.filter((spelling) => /^[0-9.]+$/.test(spelling) && spelling.includes('.'));
  if (uids.length === 0) return numbers;
  const query = any(UID_FIELDS.map((field): Query => ({ terms: { [field]: uids } })));
  return any([numbers, { nested: { path: 'images', query } }]);
}

const UID_FIELDS = ['images.study_instance_uid', 'images.series_instance_uid', 'images.sop_instance_uid'];

/** Words that BM25 scores: what was typed of concepts that are not denied, and the rest. */
function scoredWords({ concepts, rest }: QueryReading): string[] {
  const mentions = concepts.filter(({ assertion }) => assertion !== 'ABSENT');
  return [...new Set([...mentions.flatMap(({ text }) => wordsOf(text)), ...rest])];
}

/** A word counts once, in its best variant; the default field is made of asserted clauses. */
function wordsClause(words: readonly string[], reading: QueryReading, filtering: boolean): Query | null {
  const should = words.map((word): Query => {
    const variants = wordVariants(word).join(' ');
    return {
      dis_max: {
        tie_breaker: 0,
        queries: [
          { match: { 'text.asserted': { query: variants } } },
          { match: { title: { query: variants, boost: 0.5 } } },
          { match: { 'text.unread': { query: variants, boost: 0.5 } } },
          { match: { 'text.indication': { query: variants, boost: 0.3 } } },
        ],
      },
    };
  });
  // Denied concepts stand only in the whole text; there they rank what the filter has chosen.
  const denied = reading.concepts
    .filter(({ assertion }) => assertion === 'ABSENT')
    .map(({ text }): Query => ({ match: { 'text.report': { query: text, boost: 0.3 } } }));
  const phrases = reading.phrases.map(phraseClause);
  const clauses = [...should, ...denied, ...phrases];
  if (clauses.length === 0) return null;
  return { bool: { should: clauses, minimum_should_match: filtering ? 0 : enoughWords(reading) } };
}

/** Of one or two words all must be there, of more three in five, rounded up: two of three. */
const ENOUGH_WORDS = '2<-40%';

/** In a language that is not read any word may be the "no": all of them must be there. */
function enoughWords({ languageRead }: QueryReading): string {
  return languageRead ? ENOUGH_WORDS : '100%';
}

/** What is denied is left out: an encoder puts "no pneumothorax" right beside "pneumothorax", and "kein Pneumothorax" too. */
function meaningText({ concepts, rest, languageRead }: QueryReading): string {
  if (!languageRead) return '';
  const mentions = concepts.filter(({ assertion }) => assertion !== 'ABSENT').map(({ text }) => text);
  return [...mentions, ...rest].join(' ');
}

/** What a report asserts or its title says; that it denies the word is what was asked for. */
function assertedClause(word: string): Query {
  const query = wordVariants(word).join(' ');
  return any([{ match: { 'text.asserted': { query } } }, { match: { title: { query } } }]);
}

/** All words of a mention, each in one of its variants. */
function unreadClause(mention: string): Query {
  return all(
    wordsOf(mention).map((word) => ({ match: { 'text.unread': { query: wordVariants(word).join(' ') } } })),
  );
}

function phraseClause(phrase: string): Query {
  return { match_phrase: { 'text.report': phrase } };
}

function presentOrUncertain(concept: string): Query {
  return any([term('findings.present', concept), term('findings.uncertain', concept)]);
}

function term(field: string, value: string): Query {
  return { term: { [field]: value } };
}

function all(clauses: readonly Query[]): Query {
  return { bool: { filter: [...clauses] } };
}

function any(clauses: readonly Query[]): Query {
  return { bool: { should: [...clauses], minimum_should_match: 1 } };
}

function not(clause: Query): Query {
  return { bool: { must_not: [clause] } };
}
