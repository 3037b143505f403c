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
/** longer words are looked up by their text; a lexicon has hardly any */
const MAX_TABLE_LENGTH = 32;
const SMALLEST_TABLE = 1024;

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
  /** words by the hash of their letters: one in a text is found without copying it */
  #table: { word: string; id: number }[][] = Array.from({ length: SMALLEST_TABLE }, () => []);
  #inTable = 0;

  constructor() {
    this.#ids.set(REDACTION, REDACTED_WORD);
    this.#enter(REDACTION, REDACTED_WORD);
  }

  /** Takes a word (lower case) or punctuation mark into the vocabulary and gives its number. */
  add(word: string): number {
    const known = this.id(word);
    if (known !== UNKNOWN_WORD) return known;
    const id = FIRST_WORD + this.#ids.size;
    this.#ids.set(word, id);
    this.#enter(word, id);
    return id;
  }

  /** All words so far, without the redaction. */
  words(): string[] {
    return [...this.#ids.keys()].filter((word) => word !== REDACTION);
  }

  /** The number of a word in lower case, or of a punctuation mark. */
  id(word: string): number {
    const id = this.#ids.get(word);
    if (id !== undefined) return id;
    if (word.length === 1 && PUNCTUATION.includes(word)) return punctuationId(word);
    return UNKNOWN_WORD;
  }

  /** The number of the word at a place of a text, in whatever case. */
  idAt(text: string, start: number, end: number): number {
    if (end - start > MAX_TABLE_LENGTH) return this.id(text.slice(start, end).toLowerCase());
    let hash = 0;
    for (let place = start; place < end; place++) {
      const code = text.charCodeAt(place);
      // "can’t" is "can't".
      if (code > 127) return this.id(text.slice(start, end).toLowerCase().replaceAll('\u2019', "'"));
      hash = (Math.imul(hash, 31) + lower(code)) | 0;
    }
    const entries = this.#table[hash & (this.#table.length - 1)] ?? [];
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index];
      if (entry !== undefined && isSame(entry.word, text, start, end)) return entry.id;
    }
    return UNKNOWN_WORD;
  }

  #enter(word: string, id: number): void {
    if (this.#inTable >= this.#table.length) {
      const entries = this.#table.flat();
      this.#table = Array.from({ length: this.#table.length * 4 }, () => []);
      this.#inTable = 0;
      for (const entry of entries) this.#enter(entry.word, entry.id);
    }
    let hash = 0;
    for (let place = 0; place < word.length; place++)
      hash = (Math.imul(hash, 31) + word.charCodeAt(place)) | 0;
    this.#table[hash & (this.#table.length - 1)]?.push({ word, id });
    this.#inTable++;
  }
}

/** Of an ASCII letter the small one. */
function lower(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

function isSame(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let place = 0; place < word.length; place++)
    if (word.charCodeAt(place) !== lower(text.charCodeAt(start + place))) return false;
  return true;
}
