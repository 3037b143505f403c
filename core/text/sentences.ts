/**
 * Sentences, in one pass over the tokens. Reports are written in wrapped lines, lists, numbered impressions, with
 * abbreviations, decimals and `XXXX` where something was taken out.
 *
 * Case never decides at a full stop, so that a text reads the same in capitals. A single line break is read as a blank
 * unless the next line clearly begins something new: a list item, a label ("Lungs:"), or a capitalised word where the
 * line before could have ended. In a text without case, a line break ends a sentence where the next word would still
 * have fitted on the line, for a wrapped line is full. No line break within an image citation ends one: "(image", "80)".
 */
import { CitationReader } from './citation-groups.ts';
import type { CitationWords } from './cited-numbers.ts';
import type { Rows } from './rows.ts';
import type { Section } from './sections.ts';
import type { Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

export interface Sentence {
  start: number;
  end: number;
  /** its tokens: first, and the one after the last */
  first: number;
  last: number;
  section: Section;
  /** tokens at which a cell begins that answers a label before it, see `rows.ts` */
  answers?: ReadonlySet<number>;
  /** of these those that a later cell of the row contradicts */
  contested?: ReadonlySet<number>;
}

export interface SentenceWords {
  /** "Dr.", "vs.": the full stop ends no sentence */
  abbreviations: ReadonlySet<string>;
  /** "im. 30", "no. 5": it ends none before a number */
  abbreviationsBeforeNumbers: ReadonlySet<string>;
  /** "e.g." */
  letterAbbreviations: ReadonlySet<string>;
  /** words at the end of a line after which the sentence goes on */
  continuing: ReadonlySet<string>;
  /** names with a capital within sentences: "Kerley B lines" */
  eponyms: ReadonlySet<string>;
}

/** A line shorter than this is never taken for a full one (columns, in a text without case). */
const NARROWEST_COLUMN = 50;

const OPENING = punctuationId('(');
const CLOSING = punctuationId(')');

/** The sentences of all sections in the order of the text. */
export function readSentences(
  tokens: Tokens,
  sections: readonly Section[],
  words: SentenceWords,
  citationWords: CitationWords,
  rows: Rows | null = null,
): Sentence[] {
  const splitter = new Splitter(tokens, words, citationWords, rows);
  return sections.flatMap((section) => splitter.split(section));
}

class Splitter {
  readonly #tokens: Tokens;
  readonly #words: SentenceWords;
  readonly #citationWords: CitationWords;
  readonly #citations: CitationReader;
  /** tokens of citations, but for the first of each */
  #cited: ReadonlySet<number> = new Set();
  readonly #hasCase: boolean;
  readonly #column: number;
  readonly #rows: Rows | null;

  constructor(tokens: Tokens, words: SentenceWords, citationWords: CitationWords, rows: Rows | null) {
    this.#rows = rows;
    this.#tokens = tokens;
    this.#words = words;
    this.#citationWords = citationWords;
    this.#citations = new CitationReader(tokens, citationWords);
    this.#hasCase = tokens.text !== tokens.text.toLowerCase() && tokens.text !== tokens.text.toUpperCase();
    this.#column = this.#hasCase ? 0 : Math.max(NARROWEST_COLUMN, longestLine(tokens.text));
  }

  split(section: Section): Sentence[] {
    const tokens = this.#tokens;
    const from = tokens.indexAt(section.start);
    const to = tokens.indexAt(section.end);
    this.#cited = this.#withinCitations(from, to);
    const sentences: Sentence[] = [];
    let item = 0;
    for (let at = from; at < to; ) {
      const marker = this.#listMarker(at, to);
      if (marker !== null) {
        item = marker.item ?? item;
        at = marker.next;
        continue;
      }
      const last = this.#endOfSentence(at, to, item);
      if (hasWords(tokens, at, last)) {
        const sentence = { start: tokens.start(at), end: tokens.end(last - 1), first: at, last, section };
        sentences.push(
          this.#rows === null
            ? sentence
            : { ...sentence, answers: this.#rows.answers, contested: this.#rows.contested },
        );
      }
      at = last;
    }
    return sentences;
  }

  /** The index after the last token of the sentence that begins at `first`. */
  #endOfSentence(first: number, to: number, item: number): number {
    const tokens = this.#tokens;
    let inBrackets = false;
    for (let at = first; at < to; at++) {
      if (at > first && this.#breaksBefore(at, to, item, inBrackets)) return at;
      if (tokens.id(at) === OPENING) inBrackets = true;
      else if (tokens.id(at) === CLOSING) inBrackets = false;
      // "? pneumonia" begins with its question mark.
      if ((at === first && tokens.word(at) === '?') || !this.#endsSentence(at, to)) continue;
      let last = at + 1;
      while (last < to && isTrailing(tokens, last)) last++;
      return last;
    }
    return to;
  }

  #withinCitations(from: number, to: number): ReadonlySet<number> {
    const cited = new Set<number>();
    for (const { first, last } of this.#citations.read({ first: from, last: to }))
      for (let at = first + 1; at < last; at++) cited.add(at);
    return cited;
  }

  #breaksBefore(at: number, to: number, item: number, inBrackets: boolean): boolean {
    const gap = this.#tokens.gap(at);
    if (gap === 'PARAGRAPH' || this.#rows?.starts.has(at) === true) return true;
    if (this.#cited.has(at) && (inBrackets || !this.#isNextItem(at, to, item))) return false;
    if (gap === 'LINE') return this.#breaksAtLine(at, to);
    return gap === 'BLANK' && item > 0 && this.#listMarker(at, to)?.item === item + 1;
  }

  /** Does a number that could be cited rather begin the next item of a list: "Normal images", "2. No effusion"? */
  #isNextItem(at: number, to: number, item: number): boolean {
    const tokens = this.#tokens;
    if (tokens.kind(at) !== 'NUMBER' || this.#listMarker(at, to)?.item !== item + 1) return false;
    return this.#citationWords.plural.has(tokens.id(at - 1)) || (item > 0 && tokens.gap(at) === 'LINE');
  }

  /** Is the token a full stop, question or exclamation mark that ends a sentence? */
  #endsSentence(at: number, to: number): boolean {
    const tokens = this.#tokens;
    if (tokens.kind(at) !== 'PUNCTUATION' || this.#rows?.leaders.has(at) === true) return false;
    const mark = tokens.word(at);
    if (mark !== '.' && mark !== '!' && mark !== '?') return false;
    const glued = at + 1 < to && tokens.gap(at + 1) === 'NONE' && tokens.kind(at + 1) !== 'PUNCTUATION';
    if (mark !== '.') return !glued;
    const before = tokens.word(at - 1).toLowerCase();
    if (glued && before.length < 3) return false;
    if (tokens.gap(at) !== 'NONE') return true;
    if (this.#words.abbreviations.has(before)) return at + 1 >= to;
    if (this.#words.abbreviationsBeforeNumbers.has(before)) return tokens.kind(at + 1) !== 'NUMBER';
    if (before.length > 1) return true;
    const initials = `${tokens.word(at - 3)}${tokens.word(at - 2)}${before}`.toLowerCase();
    return !this.#words.letterAbbreviations.has(initials);
  }

  #breaksAtLine(at: number, to: number): boolean {
    const tokens = this.#tokens;
    if (this.#listMarker(at, to) !== null || this.#isLabel(at, to)) return true;
    const before = tokens.word(at - 1);
    if (tokens.kind(at - 1) === 'PUNCTUATION')
      return before === ';' || before === ')' ? this.#opens(at) : false;
    if (this.#words.continuing.has(before.toLowerCase())) return false;
    return this.#opens(at);
  }

  /** Does the first word of a line look like the beginning of a sentence? */
  #opens(at: number): boolean {
    const tokens = this.#tokens;
    const word = tokens.word(at);
    if (!this.#hasCase) {
      const end = tokens.end(at - 1);
      const line = end - (tokens.text.lastIndexOf('\n', end - 1) + 1);
      return line + 1 + word.length < this.#column;
    }
    if (tokens.kind(at) !== 'WORD' || this.#words.eponyms.has(word.toLowerCase())) return false;
    const [letter, second] = [word.charAt(0), word.charAt(1)];
    return letter !== letter.toLowerCase() && second === second.toLowerCase();
  }

  /** "Heart size:" at the start of a line, with a capital where the text has case. */
  #isLabel(at: number, to: number): boolean {
    const tokens = this.#tokens;
    const letter = tokens.word(at).charAt(0);
    if (this.#hasCase && letter === letter.toLowerCase()) return false;
    for (let next = at; next < to && next < at + 5; next++) {
      if (next > at && tokens.word(next) === ':') return true;
      if (tokens.kind(next) !== 'WORD' || (next > at && tokens.gap(next) !== 'BLANK')) return false;
    }
    return false;
  }

  /** "1.", "2)", "(3)", "#4", "-", "*": where its item begins and which number it has. */
  #listMarker(at: number, to: number): { next: number; item: number | null } | null {
    const tokens = this.#tokens;
    const word = tokens.word(at);
    if (tokens.kind(at) === 'PUNCTUATION') {
      if ('-*•·>–—'.includes(word)) return at + 1 < to ? { next: at + 1, item: null } : null;
      if (word !== '(' && word !== '#') return null;
      const item = listNumber(tokens, at + 1);
      if (item === null || tokens.gap(at + 1) !== 'NONE') return null;
      if (word === '#') return { next: at + 2, item };
      return tokens.word(at + 2) === ')' ? { next: at + 3, item } : null;
    }
    const item = listNumber(tokens, at);
    const closes = at + 1 < to && tokens.gap(at + 1) === 'NONE' && '.)'.includes(tokens.word(at + 1));
    return item !== null && closes ? { next: at + 2, item } : null;
  }
}

/** Closing brackets, quotes and further marks right behind the end of a sentence belong to it. */
function isTrailing(tokens: Tokens, at: number): boolean {
  return (
    tokens.gap(at) === 'NONE' && tokens.kind(at) === 'PUNCTUATION' && ')]"\'”’.,;'.includes(tokens.word(at))
  );
}

function hasWords(tokens: Tokens, first: number, last: number): boolean {
  for (let at = first; at < last; at++) if (tokens.kind(at) !== 'PUNCTUATION') return true;
  return false;
}

function listNumber(tokens: Tokens, at: number): number | null {
  const word = tokens.word(at);
  return tokens.kind(at) === 'NUMBER' && word.length <= 2 && !word.includes('.') ? Number(word) : null;
}

function longestLine(text: string): number {
  let longest = 0;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    longest = Math.max(longest, end - start);
    start = end + 1;
  }
  return Math.max(longest, text.length - start);
}
