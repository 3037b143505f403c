/**
 * How any words of a text are meant, in the lexicon of findings or not: the same clauses, cues and rules that decide for
 * findings. What the findings of a lexicon are is one question, what a sentence says of one is another.
 */
import type { Assertion, Finding } from '../radiology/events.ts';
import { assertMentions } from './assertion.ts';
import { type Mention, readCues } from './cues.ts';
import { DEFAULT_LEXICON, type FindingTerm, type Lexicon } from './lexicon.ts';
import { readRows } from './rows.ts';
import { readSections } from './sections.ts';
import { readSentences, type Sentence } from './sentences.ts';
import { type Tokens, tokenize } from './tokens.ts';

export interface SpanAssertion {
  assertion: Assertion;
  time: 'CURRENT' | 'HISTORICAL' | 'PLANNED';
  subject: Finding['subject'];
  /** ids of the rules that decided */
  rules: string[];
}

/** Stands for whatever the words name. */
const ANYTHING: FindingTerm = {
  entry: { id: 'anything', name: 'Anything', group: 'other', terms: [] },
  hint: false,
  rule: 'span/given',
};

/** How the words from `start` to `end` (exclusive) of a text are meant; of its headings those of the past and of relatives count. */
export function assertSpan(
  text: string,
  start: number,
  end: number,
  lexicon: Lexicon = DEFAULT_LEXICON,
): SpanAssertion {
  const tokens = tokenize(text, lexicon.vocabulary);
  const mention: Mention = {
    first: tokens.indexAt(start),
    last: Math.max(tokens.indexAt(start) + 1, tokens.indexAt(end)),
    term: ANYTHING,
    again: false,
  };
  const sentence = sentenceAround(tokens, mention, lexicon);
  const { mentions } = assertMentions(
    readCues(tokens, sentence, [mention], lexicon),
    [mention],
    sentence.section.background,
  );
  const [asserted] = mentions;
  const cues = [asserted?.cue, asserted?.timeCue, asserted?.subjectCue];
  const { background } = sentence.section;
  return {
    assertion: asserted?.assertion ?? 'PRESENT',
    time: asserted?.time ?? 'CURRENT',
    subject: asserted?.subject ?? 'PATIENT',
    rules: [
      ...cues.flatMap((cue) => (cue === null || cue === undefined ? [] : [cue.rule])),
      ...(background === null ? [] : [background.rule]),
    ],
  };
}

/** From the sentence in which the words begin to the one in which they end. */
function sentenceAround(tokens: Tokens, { first, last }: Mention, lexicon: Lexicon): Sentence {
  const part = { section: null, start: 0, end: tokens.text.length };
  const sections = readSections(tokens, [part], lexicon.headings);
  const rows = readRows(tokens, sections, lexicon);
  const sentences = readSentences(tokens, sections, lexicon.sentenceWords, lexicon.citationWords, rows);
  const begins = sentences.find((sentence) => sentence.last > first);
  const ends = sentences.find((sentence) => sentence.last >= last) ?? begins;
  const background = (begins ?? ends)?.section.background ?? null;
  const section = { name: 'FINDINGS' as const, start: part.start, end: part.end, background };
  return {
    section,
    start: begins?.start ?? 0,
    end: ends?.end ?? tokens.text.length,
    first: Math.min(begins?.first ?? 0, first),
    last: Math.max(ends?.last ?? tokens.count, last),
    ...(rows === null ? {} : { answers: rows.answers, contested: rows.contested }),
  };
}
