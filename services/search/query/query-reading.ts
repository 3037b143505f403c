import { type QueryConcept, queryConcepts } from '../../../core/query/query-concepts.ts';
import type { Assertion, Finding } from '../../../core/radiology/events.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../../../core/text/lexicon.ts';
import { readReport } from '../../../core/text/reading.ts';
import { MAX_PHRASES, MAX_QUERY_WORDS } from '../limits.ts';
import { readMarks } from './query-marks.ts';
import { wordsOf } from './word-variants.ts';

/** A concept as the words ask for it. */
export interface AskedConcept {
  concept: string;
  assertion: Assertion;
  /** the mention as it was typed */
  text: string;
  /** RIGHT, LEFT or BILATERAL where the words say so, else '' */
  side: Finding['laterality'];
}

/** What the words typed ask for. */
export interface QueryReading {
  /** each concept once */
  concepts: AskedConcept[];
  /** in double quotes: these words in this order, anywhere in the report */
  phrases: string[];
  /** words that name no concept */
  rest: string[];
  /** words that name no concept and stand behind a minus; cases that assert them are left out */
  deniedWords: string[];
  /** phrases behind a minus; cases that have them are left out */
  deniedPhrases: string[];
  /** where the words mean something else to us than they may to who typed them, in plain English */
  notes: string[];
  /** false where words that name a finding are in a language that is not read: they are searched as words alone */
  languageRead: boolean;
}

/** Reads with the lexicon that the labeler has: a site's own findings are asked for like ours. */
export function readQuery(words: string, lexicon: Lexicon = DEFAULT_LEXICON): QueryReading {
  const { pieces, phrases, deniedPhrases } = readMarks(words);
  const inEnglish = pieces.map(({ text, denied }) => readPiece(text, denied, lexicon));
  // "Kein Pneumothorax" names a finding and denies it in words that are not known: nothing may be taken as asked present.
  const languageRead = !inEnglish.some(({ foreign, concepts }) => foreign && concepts.length > 0);
  const readings = languageRead ? inEnglish : pieces.map(({ text, denied }) => unreadPiece(text, denied));
  const concepts = new Map<string, AskedConcept>();
  for (const asked of readings.flatMap((reading) => reading.concepts))
    if (!concepts.has(asked.concept)) concepts.set(asked.concept, asked);
  return {
    concepts: [...concepts.values()],
    phrases: withWords(phrases),
    rest: readings.flatMap(({ rest }) => rest).slice(0, MAX_QUERY_WORDS),
    deniedWords: readings.flatMap(({ deniedWord }) => deniedWord ?? []).slice(0, MAX_QUERY_WORDS),
    deniedPhrases: withWords(deniedPhrases),
    notes: [
      ...(languageRead ? [] : [LANGUAGE_NOT_READ]),
      ...(readings.some(({ eitherAsked }) => eitherAsked) ? [OR_IS_AND] : []),
      ...(readings.some(({ deniesConcept }) => deniesConcept) ? [MINUS_IS_NO] : []),
    ],
    languageRead,
  };
}

export const OR_IS_AND =
  '“or” is read as “and”: what has all of it comes first. To find either, search for each alone.';

export const MINUS_IS_NO =
  'A minus before a finding asks for reports that deny it; those that do not mention it are left out.';

export const LANGUAGE_NOT_READ =
  'These words are not read as English: they are searched as words only, and a “no” in them does not count. Ask in English.';

interface PieceReading {
  concepts: AskedConcept[];
  rest: string[];
  /** the first word, where it is denied and begins no concept */
  deniedWord: string | null;
  /** an "or" stands in it that asks for one of two */
  eitherAsked: boolean;
  /** a minus stands before the name of a finding */
  deniesConcept: boolean;
  /** a part of it is in a language that is not read */
  foreign: boolean;
}

/** Words as they stand. */
function unreadPiece(text: string, denied: boolean): PieceReading {
  const words = wordsOf(text);
  return {
    concepts: [],
    rest: denied ? words.slice(1) : words,
    deniedWord: denied ? (words[0] ?? null) : null,
    eitherAsked: false,
    deniesConcept: false,
    foreign: true,
  };
}

/**
 * A minus denies the concept whose name begins behind it ("-pleural effusion"), or that follows a word of how it is meant
 * ("-possible pneumonia"), else the one word.
 */
function readPiece(text: string, denied: boolean, lexicon: Lexicon): PieceReading {
  const { concepts, rest } = queryConcepts(text, lexicon);
  const { findings, unread } = readReport([{ section: 'FINDINGS', text }], lexicon);
  const sides = new Map(findings.map(({ start, laterality }) => [start, laterality]));
  const words = wordsOf(rest);
  const [firstWord] = wordsOf(text);
  const deniesConcept = denied && concepts[0] !== undefined && firstWord !== words[0];
  const asked = concepts.map(
    ({ concept, assertion, start, text: mention }, position): AskedConcept => ({
      concept,
      assertion: deniesConcept && position === 0 ? 'ABSENT' : assertion,
      text: mention,
      side: sides.get(start) ?? '',
    }),
  );
  const deniedWord = denied && !deniesConcept ? (firstWord ?? null) : null;
  return {
    concepts: asked,
    rest: deniedWord !== null && words[0] === deniedWord ? words.slice(1) : words,
    deniedWord,
    eitherAsked: asksForEither(text, concepts),
    deniesConcept,
    foreign: unread.length > 0,
  };
}

/** "no pneumothorax or effusion" asks for neither, and is read so; any other "or" between words asks for one of two. */
function asksForEither(text: string, concepts: readonly QueryConcept[]): boolean {
  return [...text.matchAll(/(?<=\S\s+)or(?=\s+\S)/giu)].some(({ index }) => {
    const before = concepts.findLast(({ end }) => end <= index);
    const after = concepts.find(({ start }) => start > index);
    const within = concepts.some(({ start, end }) => start <= index && index < end);
    return !within && !(before?.assertion === 'ABSENT' && after?.assertion === 'ABSENT');
  });
}

function withWords(phrases: readonly string[]): string[] {
  return phrases.filter((phrase) => wordsOf(phrase).length > 0).slice(0, MAX_PHRASES);
}
