/**
 * What a mistyped word of a query was meant to be. Without this a slip of a letter would turn a finding, which is asked
 * for with its assertion, into an unknown word, which is near to reports that deny it as well.
 */
import { DEFAULT_LEXICON, type Lexicon } from '../text/lexicon.ts';
import { UNKNOWN_WORD } from '../text/vocabulary.ts';

/** Shorter words have too many neighbours ("mass", "mast"); what they are taken for may be one letter shorter. */
export const MIN_RESPELLED_LENGTH = 6;
/** From this length on two slips are allowed, below one. */
export const TWO_SLIPS_FROM_LENGTH = 9;

/** The word of a finding's name that this one misspells; null where it is a known word, or near to none or to several. */
export function nearestFindingWord(word: string, lexicon: Lexicon = DEFAULT_LEXICON): string | null {
  if (word.length < MIN_RESPELLED_LENGTH || word.length > MAX_RESPELLED_LENGTH) return null;
  if (lexicon.vocabulary.id(word) !== UNKNOWN_WORD) return null;
  let least = word.length < TWO_SLIPS_FROM_LENGTH ? 1 : 2;
  let nearest: string[] = [];
  for (const candidate of findingWords(lexicon)) {
    if (candidate[0] !== word[0] || Math.abs(candidate.length - word.length) > least) continue;
    const distance = slips(word, candidate);
    if (distance > least) continue;
    if (distance < least) nearest = [];
    least = distance;
    nearest.push(candidate);
  }
  return nearest.length === 1 ? (nearest[0] ?? null) : null;
}

/** No word of the lexicon is nearly as long. */
const MAX_RESPELLED_LENGTH = 40;

const WORDS = new WeakMap<Lexicon, readonly string[]>();

/** The words that name findings. */
function findingWords(lexicon: Lexicon): readonly string[] {
  const known = WORDS.get(lexicon);
  if (known !== undefined) return known;
  const terms = lexicon.data.findings.findings.flatMap((entry) => entry.terms);
  const words = terms.flatMap((term) => term.match(/(?<![@\p{L}])\p{L}+/gu) ?? []);
  const all = [...new Set(words)].filter((word) => word.length >= MIN_RESPELLED_LENGTH - 1);
  WORDS.set(lexicon, all);
  return all;
}

/** Letters left out, added, replaced or swapped with their neighbour (the optimal string alignment distance). */
function slips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        replaced,
        swapped ? (beforeLast[j - 2] ?? 0) + 1 : replaced,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
