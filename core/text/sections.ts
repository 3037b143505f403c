/**
 * The sections of a report. A part that the message names (OBX-3) is that section; within every part, headings written
 * in the text ("IMPRESSION:", or alone on their line) open one. A section's place is its body, without the heading and
 * the blanks around it.
 */
import type { ReportPart, SectionName } from '../radiology/events.ts';
import { type Background, backgroundOf, type Heading, sectionOf } from './background.ts';
import type { PhraseAutomaton } from './phrase-automaton.ts';
import type { Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

export interface Section {
  name: SectionName;
  start: number;
  end: number;
  /** of when or of whom it tells, where its heading says so */
  background: Background | null;
}

/** Where a part lies in the whole text, and what the message calls it. */
export interface PlacedPart extends Pick<ReportPart, 'section'> {
  start: number;
  end: number;
}

/**
 * Puts the parts together into one text. Parts of the same section follow each other on a new line (many senders make
 * one OBX of every line, so a sentence may go on there), other parts after an empty line.
 */
export function joinParts(parts: readonly ReportPart[]): { text: string; placed: PlacedPart[] } {
  const placed: PlacedPart[] = [];
  const pieces: string[] = [];
  let length = 0;
  for (const { section, text } of parts) {
    const before = placed.at(-1);
    if (before !== undefined) {
      const glue = before.section === section ? '\n' : '\n\n';
      pieces.push(glue);
      length += glue.length;
    }
    pieces.push(text);
    if (before?.section === section) before.end = length + text.length;
    else placed.push({ section, start: length, end: length + text.length });
    length += text.length;
  }
  return { text: pieces.join(''), placed };
}

/** The sections in the order of the text; text before the first heading is OTHER. Sections without text are left out. */
export function readSections(
  tokens: Tokens,
  parts: readonly PlacedPart[],
  headings: PhraseAutomaton<Heading>,
): Section[] {
  const sections: Section[] = [];
  for (const part of parts) {
    const from = tokens.indexAt(part.start);
    const to = tokens.indexAt(part.end);
    let name = part.section ?? 'OTHER';
    let background: Background | null = null;
    let body = from;
    const push = (to: number) => {
      if (body < to) sections.push({ name, start: tokens.start(body), end: tokens.end(to - 1), background });
    };
    const close = (at: number) => {
      const end = background === null ? at : endOfParagraph(tokens, body, at);
      push(end);
      if (end >= at) return;
      [name, background, body] = [part.section ?? 'OTHER', null, end];
      push(at);
    };
    for (const { first, last, values } of headings.match(tokens, from, to)) {
      const bodyOfHeading = first < body ? null : afterHeading(tokens, first, last, from, to);
      const [heading] = values;
      if (bodyOfHeading === null || heading === undefined) continue;
      const told = backgroundOf(heading, tokens.start(first), tokens.end(last - 1));
      if (told !== null && (isResult(part.section) || (isResult(name) && !startsLine(tokens, first, from))))
        continue;
      close(first);
      name = sectionOf(heading.name);
      background = told;
      body = bodyOfHeading;
    }
    close(to);
  }
  return sections;
}

/** A past ends at an empty line: what stands below it may be the report. */
function endOfParagraph(tokens: Tokens, body: number, to: number): number {
  for (let end = body + 1; end < to; end++) if (tokens.gap(end) === 'PARAGRAPH') return end;
  return to;
}

/** Within these, the words of a past speak for themselves only. */
function isResult(name: SectionName | null): boolean {
  return name === 'FINDINGS' || name === 'IMPRESSION' || name === 'ADDENDUM';
}

function startsLine(tokens: Tokens, first: number, from: number): boolean {
  return first === from || tokens.gap(first) === 'LINE' || tokens.gap(first) === 'PARAGRAPH';
}

const COLON = punctuationId(':');

/**
 * The index of the first token after the heading, null where the words are none. "Impression:" is one at the start of
 * a line, after the end of a sentence, and anywhere when it has a capital; without a colon only alone on its line and
 * with a capital.
 */
function afterHeading(tokens: Tokens, first: number, last: number, from: number, to: number): number | null {
  const starts = startsLine(tokens, first, from);
  const capital = isCapital(tokens.word(first));
  if (last < to && tokens.id(last) === COLON) {
    const afterSentence = tokens.kind(first - 1) === 'PUNCTUATION' && tokens.word(first - 1) !== ',';
    return starts || afterSentence || capital ? last + 1 : null;
  }
  const gap = tokens.gap(last);
  const endsLine = last === to || gap === 'LINE' || gap === 'PARAGRAPH';
  const goesOn = last < to && isLower(tokens.word(last));
  return starts && endsLine && capital && last < to && !goesOn ? last : null;
}

function isLower(word: string): boolean {
  const letter = word.charAt(0);
  return letter !== letter.toUpperCase();
}

function isCapital(word: string): boolean {
  const letter = word.charAt(0);
  return letter !== letter.toLowerCase();
}
