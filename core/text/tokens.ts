/**
 * Text as tokens: words, numbers, punctuation, each with its place. One pass over the characters.
 *
 * - A hyphen between letters separates words and is no token: "air-space" reads like "air space". A dash with blanks
 *   around it, or between numbers, is a token.
 * - A number may have decimals ("2.3"); a comma always separates ("84,85").
 * - A tab and a vertical bar are blanks that may part cells ("Effusion | none").
 * - An apostrophe within a word belongs to it ("can't").
 */
import { OTHER_PUNCTUATION, punctuationId, UNKNOWN_WORD, type Vocabulary } from './vocabulary.ts';

export type TokenKind = 'WORD' | 'NUMBER' | 'PUNCTUATION';
/** what stands before a token: nothing, blanks, one line break, an empty line */
export type Gap = 'NONE' | 'BLANK' | 'LINE' | 'PARAGRAPH';

/** Some tokens one after the other. */
export interface TokenRange {
  /** first token, and the one after the last */
  first: number;
  last: number;
}

const WORD = 0;
const NUMBER = 1;
const PUNCTUATION = 2;
const KINDS: readonly TokenKind[] = ['WORD', 'NUMBER', 'PUNCTUATION'];
/** by number; the last one is a blank that parts cells */
const GAPS: readonly Gap[] = ['NONE', 'BLANK', 'LINE', 'PARAGRAPH', 'BLANK'];
const CELL = 4;

/** The tokens of a text, as parallel lists (a report has hundreds: objects would cost more than the reading). */
export class Tokens {
  readonly text: string;
  readonly #ids: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #kinds: number[] = [];
  readonly #gaps: number[] = [];
  #hasCells = false;

  constructor(text: string) {
    this.text = text;
  }

  /** does any token start a cell? */
  get hasCells(): boolean {
    return this.#hasCells;
  }

  get count(): number {
    return this.#ids.length;
  }

  push(id: number, start: number, end: number, kind: number, gap: number): void {
    this.#ids.push(id);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#kinds.push(kind);
    this.#gaps.push(gap);
    if (gap === CELL) this.#hasCells = true;
  }

  /** number of the word in the vocabulary */
  id(index: number): number {
    return this.#ids[index] ?? UNKNOWN_WORD;
  }

  start(index: number): number {
    return this.#starts[index] ?? this.text.length;
  }

  end(index: number): number {
    return this.#ends[index] ?? this.text.length;
  }

  kind(index: number): TokenKind | undefined {
    return KINDS[this.#kinds[index] ?? -1];
  }

  gap(index: number): Gap {
    return GAPS[this.#gaps[index] ?? -1] ?? 'PARAGRAPH';
  }

  /** Does a tab or a vertical bar stand before it on its line, as between cells? */
  startsCell(index: number): boolean {
    return this.#gaps[index] === CELL;
  }

  startsLine(index: number): boolean {
    const gap = this.#gaps[index];
    return gap === 2 || gap === 3;
  }

  /** the characters of the token as written; '' beyond the end */
  word(index: number): string {
    return index < 0 || index >= this.count ? '' : this.text.slice(this.start(index), this.end(index));
  }

  /** index of the first token that starts at or after the place */
  indexAt(place: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.start(middle) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Cuts a text into tokens. */
export function tokenize(text: string, vocabulary: Vocabulary): Tokens {
  const tokens = new Tokens(text);
  const length = text.length;
  let place = 0;
  let gap = 0;
  let lineBreaks = 0;
  let cell = false;
  while (place < length) {
    const code = text.charCodeAt(place);
    if (isBlank(code)) {
      if (code === TAB || code === BAR) cell = true;
      else if (code === 10 || (code === 13 && text.charCodeAt(place + 1) !== 10)) lineBreaks++;
      gap = lineBreaks > 1 ? 3 : lineBreaks === 1 ? 2 : cell ? CELL : 1;
      place++;
      continue;
    }
    const start = place;
    let kind = PUNCTUATION;
    if (isLetter(code)) {
      kind = WORD;
      place = endOfWord(text, place);
    } else if (isDigit(code)) {
      kind = NUMBER;
      place = endOfNumber(text, place);
    } else {
      place++;
      const betweenLetters = gap === 0 && code === HYPHEN && isLetter(text.charCodeAt(start - 1));
      if (betweenLetters && isLetter(text.charCodeAt(place))) {
        gap = 1;
        continue;
      }
    }
    const id = kind === PUNCTUATION ? punctuationIdOf(code) : vocabulary.idAt(text, start, place);
    tokens.push(id, start, place, kind, gap);
    gap = 0;
    lineBreaks = 0;
    cell = false;
  }
  return tokens;
}

const HYPHEN = 45;
const TAB = 9;
const BAR = 124;
const ASCII_PUNCTUATION = Uint8Array.from({ length: 128 }, (_, code) =>
  punctuationId(String.fromCharCode(code)),
);

function punctuationIdOf(code: number): number {
  return ASCII_PUNCTUATION[code] ?? OTHER_PUNCTUATION;
}

function endOfWord(text: string, from: number): number {
  let place = from + 1;
  for (;;) {
    const code = text.charCodeAt(place);
    const within = (code === 39 || code === 0x2019) && isLetter(text.charCodeAt(place + 1));
    if (!isLetter(code) && !isDigit(code) && !within) return place;
    place++;
  }
}

function endOfNumber(text: string, from: number): number {
  let place = from + 1;
  let decimals = false;
  for (;;) {
    const code = text.charCodeAt(place);
    if (code === 46 && !decimals && isDigit(text.charCodeAt(place + 1))) decimals = true;
    else if (!isDigit(code)) return place;
    place++;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** White space as ECMAScript knows it (which `trim` removes), the zero-width space, and the bar between cells. */
function isBlank(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13) || code === BAR;
  if (code === 0xa0 || code === 0x1680 || code === 0xfeff || code === 0x3000) return true;
  return (code >= 0x2000 && code <= 0x200b) || [0x2028, 0x2029, 0x202f, 0x205f].includes(code);
}

/** ASCII letters, and everything above Latin-1 punctuation except blanks and the general punctuation and symbol blocks. */
function isLetter(code: number): boolean {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  if (code < 0xc0 || code === 0xd7 || code === 0xf7) return code === 0xb5;
  if (Number.isNaN(code)) return false;
  if (code === 0x1680 || code === 0xfeff) return false;
  return !(code >= 0x2000 && code <= 0x2bff) && !(code >= 0x3000 && code <= 0x303f);
}
