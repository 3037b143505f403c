/** The lexicon as data: the form of `lexicon/*.json`. `lexicon/schema.json` says the same for editors and the linter. */
import type { Assertion, Finding } from '../radiology/events.ts';
import type { HeadingName } from './background.ts';
import type { CitationWords } from './cited-numbers.ts';
import type { ClauseWords } from './clauses.ts';
import type { LanguageData } from './language-words.ts';
import type { WordSets } from './phrase-automaton.ts';

/** A code of an open terminology. RadLex is named by its identifiers only: its terms are not ours to copy. */
export interface ConceptCode {
  system: 'DOID' | 'RADLEX';
  code: string;
}

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
  /** concepts that it is a kind of: a pneumonia is an opacity */
  implies?: readonly string[];
  /** what it is at some places: a mass in the liver is a liver lesion; location → concept */
  at?: Readonly<Record<string, string>>;
  codes?: readonly ConceptCode[];
}

/** Where a cue stands to what it speaks of; LABEL: after a mark and with nothing behind it, as in "Effusion: none". */
export type CueDirection = 'BEFORE' | 'AFTER' | 'LABEL';

/** Words that decide how a finding is meant. */
export interface CueEntry {
  id: string;
  direction: CueDirection;
  assertion?: Assertion;
  /** of one AFTER: what it says where a denial stands before, as in "no effusion can be excluded" */
  denied?: Assertion;
  /** it was there before ("resolved"); with an assertion */
  change?: Finding['change'];
  time?: 'HISTORICAL' | 'PLANNED';
  subject?: Finding['subject'];
  /** what is looked for, not what was found ("evaluate for"); with an assertion */
  reason?: boolean;
  /** a question or a request ("rule out"): the reason of the exam where the report has said nothing before it, outside of sections */
  asks?: boolean;
  /** of one that asks: nowhere else is it a cue */
  leading?: boolean;
  /** of one BEFORE: only where it and a finding are the whole sentence ("eval pneumothorax") */
  opening?: boolean;
  /** words that it reaches at most; without it, to the end of the clause */
  reach?: number;
  /** of one AFTER: speaks of the finding right before it only, as "A and B versus C" doubts B */
  nearest?: boolean;
  /** of one AFTER: only where the sentence does not go on behind it */
  closing?: boolean;
  /** of one AFTER: only where no words follow that it would speak of rather: "pneumonia is likely", "it is likely a pneumonia" */
  trailing?: boolean;
  /** of one BEFORE: of the finding that it names with "the", whatever is denied or doubted: "no calcification of the mass" */
  presupposes?: boolean;
  /** findings that it does not speak of */
  spares?: readonly string[];
  /** speaks of findings of this group only */
  group?: string;
  phrases: readonly string[];
}

export interface LexiconData {
  findings: {
    findings: readonly FindingEntry[];
    /** what looks like a finding and is none */
    ignore: readonly string[];
    /** what stands for the finding named before it in the sentence: "no effusion on the right, a small one on the left" */
    again: readonly string[];
  };
  cues: {
    cues: readonly CueEntry[];
    /** what looks like a cue and is none */
    pseudo: readonly string[];
    /** where the reach of all cues ends */
    stop: readonly string[];
    /** where the reach of the past ends: "status post bypass with cardiomegaly" */
    timeStop: readonly string[];
  };
  /** headings */
  sections: Readonly<Record<HeadingName, readonly string[]>>;
  anatomy: {
    laterality: Readonly<Record<'LEFT' | 'RIGHT' | 'BILATERAL', readonly string[]>>;
    locations: Readonly<Record<string, readonly string[]>>;
    general: readonly string[];
    prepositions: readonly string[];
  };
  attributes: {
    /** RESOLVED is said by cues */
    change: Readonly<Record<Exclude<Finding['change'], '' | 'RESOLVED'>, readonly string[]>>;
    severity: Readonly<Record<Exclude<Finding['severity'], ''>, readonly string[]>>;
    age: Readonly<Record<'ACUTE' | 'CHRONIC', readonly string[]>>;
    /** density, enhancement, margin, shape and the like; a finding may have several */
    look: Readonly<Record<string, readonly string[]>>;
    /** what looks like any of these and is none: "60 years old", "too small to" */
    ignore: readonly string[];
    /** "2", "multiple" */
    quantity: Readonly<Record<string, readonly string[]>>;
    /** millimetres of a unit of length */
    units: Readonly<Record<string, number>>;
    /** between the numbers of a size */
    by: readonly string[];
    /** behind a length they make it a distance: "4 cm above the carina" */
    distance: readonly string[];
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
  languages: LanguageData;
}
