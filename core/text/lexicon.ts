/**
 * The lexicon: what is looked for in a report, as data (`lexicon/*.json`, explained in `lexicon/README.md`), made into
 * automata once. `compileLexicon` takes other data of the same form, so a site can bring its own.
 */
import type { Assertion, Finding, SectionName } from '../radiology/events.ts';
import type { CitationWords } from './cited-numbers.ts';
import type { ClauseWords } from './clauses.ts';
import anatomyData from './lexicon/anatomy.json' with { type: 'json' };
import cuesData from './lexicon/assertion-cues.json' with { type: 'json' };
import citationData from './lexicon/citation-words.json' with { type: 'json' };
import clauseData from './lexicon/clause-words.json' with { type: 'json' };
import findingsData from './lexicon/findings.json' with { type: 'json' };
import sectionsData from './lexicon/sections.json' with { type: 'json' };
import sentenceData from './lexicon/sentence-words.json' with { type: 'json' };
import setsData from './lexicon/word-sets.json' with { type: 'json' };
import { PhraseAutomaton, type WordSets } from './phrase-automaton.ts';
import type { SentenceWords } from './sentences.ts';
import { Vocabulary } from './vocabulary.ts';

/** A finding of the lexicon. */
export interface FindingEntry {
  id: string;
  name: string;
  group: string;
  terms: readonly string[];
  /** words that only hint at it: at most uncertain ("nodular density") */
  hints?: readonly string[];
  /** concepts that are absent where this one is present: a normal heart size denies cardiomegaly */
  denies?: readonly string[];
}

/** What a phrase of the lexicon names; null: it looks like a finding and is none ("mass effect"). */
export type Term = { entry: FindingEntry; hint: boolean } | null;

/** Where a cue stands to what it speaks of; LABEL: behind a colon, as in "Effusion: none". */
export type CueDirection = 'BEFORE' | 'AFTER' | 'LABEL';

/** Words that decide how a finding is meant. */
export interface CueEntry {
  id: string;
  direction: CueDirection;
  assertion?: Assertion;
  time?: Finding['time'];
  subject?: Finding['subject'];
  /** words that it reaches at most; without it, to the end of the clause */
  reach?: number;
  phrases: readonly string[];
}

/** PSEUDO looks like a cue and is none ("no change in"); STOP ends the reach of the cues around it ("but"). */
export type Cue = CueEntry | 'PSEUDO' | 'STOP';

/** A general location says less than any other: a lung nodule may be in a lobe. */
export type Place = { laterality: Finding['laterality'] } | { location: string; general: boolean };

export interface LexiconData {
  findings: { findings: readonly FindingEntry[]; ignore: readonly string[] };
  cues: { cues: readonly CueEntry[]; pseudo: readonly string[]; stop: readonly string[] };
  sections: Readonly<Record<SectionName, readonly string[]>>;
  anatomy: {
    laterality: Readonly<Record<'LEFT' | 'RIGHT' | 'BILATERAL', readonly string[]>>;
    locations: Readonly<Record<string, readonly string[]>>;
    general: readonly string[];
    prepositions: readonly string[];
  };
  sets: WordSets;
  citations: Readonly<Record<keyof CitationWords, readonly string[]>>;
  clauses: Readonly<Record<keyof ClauseWords, readonly string[]>>;
  sentences: {
    abbreviations: readonly string[];
    abbreviationsBeforeNumbers: readonly string[];
    letterAbbreviations: readonly string[];
    continuing: readonly string[];
    eponyms: readonly string[];
  };
}

export interface Lexicon {
  data: LexiconData;
  vocabulary: Vocabulary;
  headings: PhraseAutomaton<SectionName>;
  findings: PhraseAutomaton<Term>;
  cues: PhraseAutomaton<Cue>;
  places: PhraseAutomaton<Place>;
  placePrepositions: ReadonlySet<number>;
  clauseWords: ClauseWords;
  citationWords: CitationWords;
  sentenceWords: SentenceWords;
}

/** @throws Error where the data is not well formed, with the phrase that is wrong */
export function compileLexicon(data: LexiconData): Lexicon {
  const vocabulary = new Vocabulary();
  const phrases = <T>(values: readonly string[], value: T) =>
    values.map((phrase) => [phrase, value] as const);
  const automaton = <T>(entries: (readonly [string, T])[]) =>
    new PhraseAutomaton(entries, vocabulary, data.sets);
  const { findings, cues, anatomy, clauses, sentences } = data;
  const sides = Object.entries(anatomy.laterality) as [Finding['laterality'], readonly string[]][];
  const general = new Set(anatomy.general);
  return {
    data,
    vocabulary,
    headings: automaton(
      (Object.entries(data.sections) as [SectionName, readonly string[]][]).flatMap(([name, headings]) =>
        phrases(headings, name),
      ),
    ),
    findings: automaton<Term>([
      ...findings.findings.flatMap((entry) => phrases<Term>(entry.terms, { entry, hint: false })),
      ...findings.findings.flatMap((entry) => phrases<Term>(entry.hints ?? [], { entry, hint: true })),
      ...phrases<Term>(findings.ignore, null),
    ]),
    cues: automaton<Cue>([
      ...cues.cues.flatMap((entry) => phrases(entry.phrases, entry)),
      ...phrases(cues.pseudo, 'PSEUDO' as const),
      ...phrases(cues.stop, 'STOP' as const),
    ]),
    places: automaton<Place>([
      ...sides.flatMap(([laterality, words]) => phrases<Place>(words, { laterality })),
      ...Object.entries(anatomy.locations).flatMap(([location, words]) =>
        phrases<Place>(words, { location, general: general.has(location) }),
      ),
    ]),
    placePrepositions: new Set(anatomy.prepositions.map((word) => vocabulary.add(word))),
    clauseWords: wordSets(clauses, vocabulary),
    citationWords: wordSets(data.citations, vocabulary),
    sentenceWords: {
      abbreviations: new Set(sentences.abbreviations),
      abbreviationsBeforeNumbers: new Set(sentences.abbreviationsBeforeNumbers),
      letterAbbreviations: new Set(sentences.letterAbbreviations),
      continuing: new Set(sentences.continuing),
      eponyms: new Set(sentences.eponyms),
    },
  };
}

function wordSets<Key extends string>(
  lists: Readonly<Record<Key, readonly string[]>>,
  vocabulary: Vocabulary,
) {
  const sets = {} as Record<Key, ReadonlySet<number>>;
  for (const [key, words] of Object.entries(lists) as [Key, readonly string[]][]) {
    sets[key] = new Set(words.map((word) => vocabulary.add(word)));
  }
  return sets;
}

/** The data that comes with Interleave. */
export const DEFAULT_LEXICON_DATA = {
  findings: findingsData,
  cues: cuesData as LexiconData['cues'],
  sections: sectionsData,
  anatomy: anatomyData,
  citations: citationData,
  clauses: clauseData,
  sets: setsData,
  sentences: sentenceData,
} as const satisfies LexiconData;

export const DEFAULT_LEXICON: Lexicon = compileLexicon(DEFAULT_LEXICON_DATA);
