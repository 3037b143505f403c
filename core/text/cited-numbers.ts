/** Lists of series or image numbers in tokens: "55, 60, 80, 84-7 and 96". */
import type { IdSet } from './id-set.ts';
import { MAX_CITED_LIST, MAX_CITED_NUMBER, MAX_CITED_RANGE } from './limits.ts';
import type { Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

/** Words (as numbers of the vocabulary) around which citations are built. */
export interface CitationWords {
  series: IdSet;
  images: IdSet;
  plural: IdSet;
  short: IdSet;
  number: IdSet;
  and: IdSet;
  through: IdSet;
  of: IdSet;
  /** behind a number they make it a measure */
  units: IdSet;
  /** words that may follow a number of a list; before another one the number counts something ("image 5, 3 nodules") */
  following: IdSet;
}

/** What a number or range stands for; not written out, as a report may name a thousand of a thousand numbers each. */
export interface CitedRange {
  low: number;
  high: number;
  /** only the two ends: the range is too long to be meant */
  endsOnly: boolean;
}

/** One number or range as written, and what it stands for. */
export interface NumberSpan {
  range: CitedRange;
  start: number;
  end: number;
}

export interface NumberList {
  spans: NumberSpan[];
  /** parted by slashes only: "4/5" */
  slashes: boolean;
  /** the token after the list */
  next: number;
}

const COMMA = punctuationId(',');
const SLASH = punctuationId('/');
const DASHES = '-–—';

/**
 * Reads the list that begins at a token, null where there is none.
 * @param spacedRanges whether "5 - 8" is a range; else only "5-8" is ("image 5 - 8 nodules" cites one)
 */
export function readNumberList(
  tokens: Tokens,
  at: number,
  to: number,
  words: CitationWords,
  spacedRanges: boolean,
): NumberList | null {
  const spans: NumberSpan[] = [];
  let next = at;
  while (next < to && next < at + 3 && words.number.has(tokens.id(next))) next++;
  let slashes = 0;
  for (let number = next; isCited(tokens, number, to, words, spans.length > 0); ) {
    const range = readRange(tokens, number, to, words, spacedRanges);
    spans.push(range.span);
    next = skipTotal(tokens, range.next, to);
    number = behindSeparator(tokens, next, words);
    if (tokens.id(next) === SLASH && number > next) slashes++;
    if (number === next || spans.length >= MAX_CITED_LIST) break;
  }
  return spans.length === 0 ? null : { spans, slashes: slashes === spans.length - 1, next };
}

/** The numbers of a range, from low to high. */
export function* numbersOf({ low, high, endsOnly }: CitedRange): Generator<number> {
  for (let number = low; number <= high; number += endsOnly ? high - low : 1) yield number;
}

/**
 * What stands between one end of a range and the other. A shorter end takes its leading digits from the beginning ("84-7" is
 * 84 to 87, "1013-78" is 1013 to 1078); a range that goes down is turned round; of one beyond `MAX_CITED_RANGE` only
 * the two ends are taken.
 */
export function rangeOf(begin: string, end: string): CitedRange {
  const completed = end.length < begin.length ? begin.slice(0, begin.length - end.length) + end : end;
  const [low, high] = [Number(begin), Number(completed)].sort((a, b) => a - b) as [number, number];
  return { low, high, endsOnly: high - low >= MAX_CITED_RANGE };
}

/** Is there a whole number that cites, and does not measure or count? */
function isCited(tokens: Tokens, at: number, to: number, words: CitationWords, inList: boolean): boolean {
  if (at >= to || tokens.kind(at) !== 'NUMBER') return false;
  const word = tokens.word(at);
  if (word.includes('.') || Number(word) > MAX_CITED_NUMBER || word.length > 9) return false;
  if (at + 1 >= to || tokens.kind(at + 1) !== 'WORD') return true;
  if (tokens.gap(at + 1) === 'NONE') return false;
  return inList ? words.following.has(tokens.id(at + 1)) : !words.units.has(tokens.id(at + 1));
}

function readRange(tokens: Tokens, at: number, to: number, words: CitationWords, spacedRanges: boolean) {
  const start = tokens.start(at);
  const begin = tokens.word(at);
  const dash = DASHES.includes(tokens.word(at + 1)) && at + 1 < to;
  const glued = tokens.gap(at + 1) === 'NONE' && tokens.gap(at + 2) === 'NONE';
  const through = words.through.has(tokens.id(at + 1)) || (dash && (glued || spacedRanges));
  if (through && isCited(tokens, at + 2, to, words, !glued)) {
    const range = rangeOf(begin, tokens.word(at + 2));
    return { span: { range, start, end: tokens.end(at + 2) }, next: at + 3 };
  }
  return { span: { range: rangeOf(begin, begin), start, end: tokens.end(at) }, next: at + 1 };
}

/** The token after "," or "and" or both; the same one where there is no separator. */
function behindSeparator(tokens: Tokens, at: number, words: CitationWords): number {
  if (tokens.id(at) === SLASH) return at + 1;
  const behindComma = tokens.id(at) === COMMA ? at + 1 : at;
  return words.and.has(tokens.id(behindComma)) ? behindComma + 1 : behindComma;
}

/** "Image 12 of 30": the 30 is how many there are. */
function skipTotal(tokens: Tokens, at: number, to: number): number {
  return at + 1 < to && tokens.word(at).toLowerCase() === 'of' && tokens.kind(at + 1) === 'NUMBER'
    ? at + 2
    : at;
}
