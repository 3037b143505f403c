/**
 * The words that the lexicon knows, each with a number, so that matching compares numbers. Every other word is
 * `UNKNOWN_WORD`. Numbers below `FIRST_WORD` are set apart for punctuation and for what is passed over.
 */
export const UNKNOWN_WORD = 0;
/** de-identification leaves `XXXX` inside sentences: phrases are matched as if it were not there */
export const REDACTED_WORD = 1;
/** punctuation that no phrase asks for: it ends every match */
export const OTHER_PUNCTUATION = 2;
export const FIRST_WORD = 32;

const PUNCTUATION = ',;:/-().?!+&#>=';
const REDACTION = 'xxxx';

/** The number of a punctuation mark. */
export function punctuationId(character: string): number {
  const place = PUNCTUATION.indexOf(character);
  return place < 0 || character.length !== 1 ? OTHER_PUNCTUATION : OTHER_PUNCTUATION + 1 + place;
}

/** True where the number stands for a word (known or not), false for punctuation and redactions. */
export function isWord(id: number): boolean {
  return id === UNKNOWN_WORD || id >= FIRST_WORD;
}

export class Vocabulary {
  readonly #ids = new Map<string, number>();

  /** Takes a word (lower case) or punctuation mark into the vocabulary and gives its number. */
  add(word: string): number {
    const known = this.id(word);
    if (known !== UNKNOWN_WORD) return known;
    const id = FIRST_WORD + this.#ids.size;
    this.#ids.set(word, id);
    return id;
  }

  /** The number of a word in lower case, or of a punctuation mark. */
  id(word: string): number {
    const id = this.#ids.get(word);
    if (id !== undefined) return id;
    if (word === REDACTION) return REDACTED_WORD;
    if (word.length === 1 && PUNCTUATION.includes(word)) return punctuationId(word);
    return UNKNOWN_WORD;
  }
}
