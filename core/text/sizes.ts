/** Measures of length in a sentence: "4 mm", "1.2 x 0.8 cm", "measuring 12 mm by 9 mm". */
import type { Lexicon } from './lexicon.ts';
import type { TokenRange, Tokens } from './tokens.ts';

export interface Size extends TokenRange {
  /** as written, in millimetres */
  mm: number[];
}

type SizeWords = Pick<Lexicon, 'units' | 'by' | 'distance'>;

/** Dimensions of one thing. */
const MAX_DIMENSIONS = 3;

/** The sizes of a sentence in order; distances ("4 cm above the carina") are none. */
export function readSizes(tokens: Tokens, { first, last }: TokenRange, words: SizeWords): Size[] {
  const sizes: Size[] = [];
  for (let at = first; at < last; at++) {
    if (tokens.kind(at) !== 'NUMBER') continue;
    const size = sizeAt(tokens, at, last, words);
    if (size === null) continue;
    if (!words.distance.has(tokens.id(size.last))) sizes.push(size);
    at = size.last - 1;
  }
  return sizes;
}

/** A number without a unit takes that of the next one. */
function sizeAt(tokens: Tokens, first: number, to: number, { units, by }: SizeWords): Size | null {
  const numbers: { value: number; unit: number | undefined }[] = [];
  let last = first;
  for (let at = first; at < to && numbers.length < MAX_DIMENSIONS; ) {
    if (tokens.kind(at) !== 'NUMBER') break;
    const unit = at + 1 < to ? units.get(tokens.id(at + 1)) : undefined;
    numbers.push({ value: Number(tokens.word(at)), unit });
    last = unit === undefined ? at + 1 : at + 2;
    if (last >= to || !by.has(tokens.id(last))) break;
    at = last + 1;
  }
  const common = numbers.findLast(({ unit }) => unit !== undefined)?.unit;
  if (common === undefined) return null;
  const mm = numbers.map(({ value, unit }) => Number((value * (unit ?? common)).toFixed(2)));
  return { first, last, mm };
}
