/**
 * The lexicon: what is looked for in a report, as data (`lexicon/*.json`, explained in `lexicon/README.md`), made into
 * automata once. `compileLexicon` takes other data of the same form, so a site can bring its own (`site-lexicon.ts`).
 */
import type { FindingAttribute } from '../radiology/events.ts';
import type { Heading, HeadingName } from './background.ts';
import type { CitationWords } from './cited-numbers.ts';
import type { ClauseWords } from './clauses.ts';
import { IdSet } from './id-set.ts';
import { compileLanguageWords, type LanguageData, type LanguageWords } from './language-words.ts';
import anatomyData from './lexicon/anatomy.json' with { type: 'json' };
import cuesData from './lexicon/assertion-cues.json' with { type: 'json' };
import attributesData from './lexicon/attributes.json' with { type: 'json' };
import citationData from './lexicon/citation-words.json' with { type: 'json' };
import clauseData from './lexicon/clause-words.json' with { type: 'json' };
import findingsData from './lexicon/findings.json' with { type: 'json' };
import languageData from './lexicon/language-words.json' with { type: 'json' };
import sectionsData from './lexicon/sections.json' with { type: 'json' };
import sentenceData from './lexicon/sentence-words.json' with { type: 'json' };
import setsData from './lexicon/word-sets.json' with { type: 'json' };
import type { CueEntry, FindingEntry, LexiconData } from './lexicon-data.ts';
import { PhraseAutomaton } from './phrase-automaton.ts';
import { ruleId } from './rules.ts';
import type { SentenceWords } from './sentences.ts';
import { Vocabulary } from './vocabulary.ts';

export type { CueDirection, CueEntry, FindingEntry, LexiconData } from './lexicon-data.ts';

/** What a phrase names: a finding, IGNORED (it looks like one: "mass effect") or AGAIN (the one before: "a small one"). */
export type Term = FindingTerm | 'IGNORED' | 'AGAIN';

export interface FindingTerm {
  entry: FindingEntry;
  /** the words only hint at it */
  hint: boolean;
  rule: string;
}

/** PSEUDO looks like a cue and is none ("no change in"); the others end the reach of cues around them ("but"). */
export type CueTerm = { cue: CueEntry; rule: string } | 'PSEUDO' | 'STOP' | 'TIME_STOP';

/** Words that tell more of a finding. */
export interface Modifier {
  /** null: it looks like such words and says nothing */
  kind: Extract<
    FindingAttribute['kind'],
    'LATERALITY' | 'LOCATION' | 'CHANGE' | 'SEVERITY' | 'AGE' | 'LOOK' | 'QUANTITY'
  > | null;
  value: string;
  /** of a location: says less than any other, as a lung nodule may be in a lobe */
  general: boolean;
  rule: string;
}

export interface Lexicon {
  data: LexiconData;
  vocabulary: Vocabulary;
  entries: ReadonlyMap<string, FindingEntry>;
  headings: PhraseAutomaton<Heading>;
  findings: PhraseAutomaton<Term>;
  cues: PhraseAutomaton<CueTerm>;
  modifiers: PhraseAutomaton<Modifier>;
  placePrepositions: IdSet;
  /** millimetres by the number of the unit */
  units: ReadonlyMap<number, number>;
  by: IdSet;
  distance: IdSet;
  clauseWords: ClauseWords;
  citationWords: CitationWords;
  sentenceWords: SentenceWords;
  languageWords: LanguageWords;
  /** number of the word "no" */
  no: number;
}

/** @throws Error where the data is not well formed, with the phrase that is wrong */
export function compileLexicon(data: LexiconData): Lexicon {
  const vocabulary = new Vocabulary();
  const idSet = (words: readonly string[]) => new IdSet(words.map((word) => vocabulary.add(word)));
  const automaton = <T>(entries: (readonly [string, T])[], keyOf?: (value: T) => unknown) =>
    new PhraseAutomaton(entries, vocabulary, data.sets, keyOf);
  const { anatomy, attributes, sentences } = data;
  const lexicon = {
    data,
    vocabulary,
    entries: new Map(data.findings.findings.map((entry) => [entry.id, entry])),
    headings: automaton(
      (Object.entries(data.sections) as [HeadingName, readonly string[]][]).flatMap(([name, headings]) =>
        phrases(headings, (index) => ({ name, rule: ruleId.heading(name, index) })),
      ),
      ({ name }) => name,
    ),
    findings: automaton(findingPhrases(data), (term) => (typeof term === 'string' ? term : term.entry)),
    cues: automaton(cuePhrases(data), (term) => (typeof term === 'string' ? term : term.cue)),
    modifiers: automaton(modifierPhrases(data), modifierKey),
    placePrepositions: idSet(anatomy.prepositions),
    units: new Map(Object.entries(attributes.units).map(([unit, mm]) => [vocabulary.add(unit), mm])),
    no: vocabulary.add('no'),
    by: idSet(attributes.by),
    distance: idSet(attributes.distance),
    clauseWords: idSets(data.clauses, idSet),
    citationWords: idSets(data.citations, idSet),
    sentenceWords: {
      abbreviations: new Set(sentences.abbreviations),
      abbreviationsBeforeNumbers: new Set(sentences.abbreviationsBeforeNumbers),
      letterAbbreviations: new Set(sentences.letterAbbreviations),
      continuing: new Set(sentences.continuing),
      eponyms: new Set(sentences.eponyms),
    },
  };
  // After all others: a word that the lexicon names is a word that is read.
  return { ...lexicon, languageWords: compileLanguageWords(data.languages, vocabulary) };
}

type Phrases<T> = (readonly [string, T])[];

function phrases<T>(sources: readonly string[], valueAt: (index: number) => T): Phrases<T> {
  return sources.map((source, index) => [source, valueAt(index)] as const);
}

function findingPhrases({ findings: { findings, ignore, again } }: LexiconData): Phrases<Term> {
  return [
    ...findings.flatMap((entry) =>
      phrases<Term>(entry.terms, (index) => ({ entry, hint: false, rule: ruleId.term(entry.id, index) })),
    ),
    ...findings.flatMap((entry) =>
      phrases<Term>(entry.hints ?? [], (index) => ({
        entry,
        hint: true,
        rule: ruleId.hint(entry.id, index),
      })),
    ),
    ...phrases<Term>(ignore, () => 'IGNORED'),
    ...phrases<Term>(again, () => 'AGAIN'),
  ];
}

function cuePhrases({ cues: { cues, pseudo, stop, timeStop } }: LexiconData): Phrases<CueTerm> {
  return [
    ...cues.flatMap((cue) =>
      phrases<CueTerm>(cue.phrases, (index) => ({ cue, rule: ruleId.cue(cue.id, index) })),
    ),
    ...phrases<CueTerm>(pseudo, () => 'PSEUDO'),
    ...phrases<CueTerm>(stop, () => 'STOP'),
    ...phrases<CueTerm>(timeStop, () => 'TIME_STOP'),
  ];
}

/** A phrase may be two looks at once, but only one of each other kind. */
function modifierKey({ kind, value }: Modifier): unknown {
  return kind === 'LOOK' ? value : kind;
}

function modifierPhrases({ anatomy, attributes }: LexiconData): Phrases<Modifier> {
  const general = new Set(anatomy.general);
  const kinds: readonly [NonNullable<Modifier['kind']>, Readonly<Record<string, readonly string[]>>][] = [
    ['LATERALITY', anatomy.laterality],
    ['LOCATION', anatomy.locations],
    ['CHANGE', attributes.change],
    ['SEVERITY', attributes.severity],
    ['AGE', attributes.age],
    ['LOOK', attributes.look],
    ['QUANTITY', attributes.quantity],
  ];
  const ignored = { kind: null, value: '', general: false, rule: '' };
  return [
    ...phrases<Modifier>(attributes.ignore, () => ignored),
    ...kinds.flatMap(([kind, lists]) =>
      Object.entries(lists).flatMap(([value, sources]) =>
        phrases(sources, (index) => ({
          kind,
          value,
          general: kind === 'LOCATION' && general.has(value),
          rule: ruleId.modifier(kind, value, index),
        })),
      ),
    ),
  ];
}

function idSets<Key extends string>(
  lists: Readonly<Record<Key, readonly string[]>>,
  idSet: (words: readonly string[]) => IdSet,
): Record<Key, IdSet> {
  const sets = {} as Record<Key, IdSet>;
  for (const [key, words] of Object.entries(lists) as [Key, readonly string[]][]) sets[key] = idSet(words);
  return sets;
}

/** The data that comes with Interleave. */
export const DEFAULT_LEXICON_DATA: LexiconData = {
  findings: findingsData as LexiconData['findings'],
  cues: cuesData as LexiconData['cues'],
  sections: sectionsData,
  anatomy: anatomyData,
  attributes: attributesData,
  citations: citationData,
  clauses: clauseData,
  sets: setsData,
  sentences: sentenceData,
  languages: languageData satisfies LanguageData,
};

export const DEFAULT_LEXICON: Lexicon = compileLexicon(DEFAULT_LEXICON_DATA);
