/**
 * Does a word that no list has look like English? By its letters, three at a time, against the words of the lists (naive
 * Bayes, Cavnar and Trenkle's n-grams with two classes). A misspelt English word has most of its letters in order, so it
 * looks English still.
 */
export class WordShapes {
  /** three letters → how much more they speak for another language */
  readonly #weights = new Map<string, number>();
  readonly #unseen: number;

  constructor(english: readonly string[], foreign: readonly string[]) {
    const [ofEnglish, ofForeign] = [counted(english), counted(foreign)];
    const [totalEnglish, totalForeign] = [total(ofEnglish), total(ofForeign)];
    const weight = (trigram: string): number =>
      Math.log(((ofForeign.get(trigram) ?? 0) + SMOOTHING) / totalForeign) -
      Math.log(((ofEnglish.get(trigram) ?? 0) + SMOOTHING) / totalEnglish);
    for (const trigram of [...ofEnglish.keys(), ...ofForeign.keys()])
      this.#weights.set(trigram, weight(trigram));
    this.#unseen = Math.max(0, weight(''));
  }

  /** Below 0 English, above 0 another language; at most `MAX_WEIGHT` either way, 0 for a word too short to tell. */
  weightOf(word: string): number {
    if (word.length < MIN_LENGTH || word.length > MAX_LENGTH) return 0;
    const padded = ` ${word.toLowerCase()} `;
    let sum = 0;
    for (let at = 0; at + 3 <= padded.length; at++)
      sum += this.#weights.get(padded.slice(at, at + 3)) ?? this.#unseen;
    return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, (sum / (padded.length - 2)) * STEEPNESS));
  }
}

const SMOOTHING = 0.5;
const STEEPNESS = 1.5;
const MAX_WEIGHT = 0.9;
const MIN_LENGTH = 4;
/** longer ones are no words: the work stays linear in the text */
const MAX_LENGTH = 40;

function counted(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) {
    const padded = ` ${word} `;
    for (let at = 0; at + 3 <= padded.length; at++) {
      const trigram = padded.slice(at, at + 3);
      counts.set(trigram, (counts.get(trigram) ?? 0) + 1);
    }
  }
  return counts;
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count + SMOOTHING;
  return sum;
}
