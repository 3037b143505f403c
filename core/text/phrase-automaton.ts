/**
 * Finds phrases of a lexicon in tokens: the longest one at each place, from left to right, in one pass.
 *
 * A phrase is words with blanks between them. A word may be
 * - alternatives: `effusion|effusions`
 * - a named set of alternatives: `@be`
 * - `*`: any one word (never punctuation)
 * - any of these with `?` at its end: may be missing, as in `heart size? @be enlarged`
 *
 * All phrases together make one automaton whose states are made when they are first reached. The number of states
 * depends on the lexicon only, phrases have bounded length, and nothing is tried twice: time is linear in the text.
 */

import { IdSet } from './id-set.ts';
import type { Tokens } from './tokens.ts';
import { isWord, REDACTED_WORD, type Vocabulary } from './vocabulary.ts';

/** Named sets of alternative words, e.g. `be` → is, are, was. */
export type WordSets = Readonly<Record<string, readonly string[]>>;

export interface Match<T> {
  /** first token, and the one after the last */
  first: number;
  last: number;
  values: readonly T[];
}

interface Element {
  /** null: any word */
  words: ReadonlySet<number> | null;
  optional: boolean;
}

interface Phrase<T> {
  elements: readonly Element[];
  value: T;
}

/** where one phrase stands: how many of its elements have been passed */
interface Position {
  phrase: number;
  element: number;
}

interface State<T> {
  positions: readonly Position[];
  /** words that some position asks for by name */
  words: ReadonlySet<number>;
  /** states behind those words, as far as they were reached; null: no phrase goes on */
  next: Map<number, State<T> | null>;
  /** on a word that no position asks for by name; undefined: not made yet */
  otherwise: State<T> | null | undefined;
  accepts: readonly T[];
}

const ANY_OTHER = -1;

export class PhraseAutomaton<T> {
  readonly #phrases: Phrase<T>[] = [];
  readonly #states = new Map<string, State<T>>();
  readonly #start: State<T> | null;
  /** words with which a phrase begins: at most other places nothing needs to be tried */
  readonly #firstWords: IdSet;
  readonly #keyOf: (value: T) => unknown;

  /**
   * @param keyOf of several values with the same key that are named by the same words, the first one counts
   * @throws Error where a phrase is not well formed: a fault of the lexicon
   */
  constructor(
    phrases: Iterable<readonly [string, T]>,
    vocabulary: Vocabulary,
    sets: WordSets = {},
    keyOf: (value: T) => unknown = (value) => value,
  ) {
    for (const [source, value] of phrases) {
      const elements = parsePhrase(source, vocabulary, sets);
      this.#phrases.push({ elements, value });
    }
    this.#keyOf = keyOf;
    this.#start = this.#state(this.#phrases.flatMap((_, phrase) => this.#reach({ phrase, element: 0 })));
    this.#firstWords = new IdSet(this.#start?.words);
  }

  /**
   * All matches within the tokens `from` to `to` (exclusive): longest first at each place, not overlapping. Tokens to `skip`
   * are passed over as if they were not there.
   */
  match(tokens: Tokens, from: number, to: number, skip: ReadonlySet<number> | null = null): Match<T>[] {
    const matches: Match<T>[] = [];
    for (let first = from; first < to; first++) {
      if (!this.#firstWords.has(tokens.id(first)) || skip?.has(first) === true) continue;
      const match = this.#longestAt(tokens, first, to, skip);
      if (match === null) continue;
      matches.push(match);
      first = match.last - 1;
    }
    return matches;
  }

  #longestAt(tokens: Tokens, first: number, to: number, skip: ReadonlySet<number> | null): Match<T> | null {
    let state = this.#start;
    let last = -1;
    let values: readonly T[] = [];
    for (let index = first; index < to; index++) {
      const id = tokens.id(index);
      if (id === REDACTED_WORD || skip?.has(index) === true) continue;
      state = state === null ? null : this.#step(state, id);
      if (state === null) break;
      if (state.accepts.length === 0) continue;
      last = index + 1;
      values = state.accepts;
    }
    return last < 0 ? null : { first, last, values };
  }

  #step(state: State<T>, id: number): State<T> | null {
    const known = state.next.get(id);
    if (known !== undefined) return known;
    if (state.words.has(id)) {
      const next = this.#state(this.#advance(state, id));
      state.next.set(id, next);
      return next;
    }
    if (!isWord(id)) return null;
    if (state.otherwise === undefined) state.otherwise = this.#state(this.#advance(state, ANY_OTHER));
    return state.otherwise;
  }

  #advance(state: State<T>, id: number): Position[] {
    return state.positions.flatMap(({ phrase, element }) => {
      const words = this.#phrases[phrase]?.elements[element]?.words;
      const passes = words === null ? id === ANY_OTHER || isWord(id) : words?.has(id) === true;
      return passes ? this.#reach({ phrase, element: element + 1 }) : [];
    });
  }

  /** The position itself and those behind the optional elements after it. */
  #reach({ phrase, element }: Position): Position[] {
    const positions = [{ phrase, element }];
    const elements = this.#phrases[phrase]?.elements ?? [];
    for (let at = element; elements[at]?.optional === true; at++) positions.push({ phrase, element: at + 1 });
    return positions;
  }

  /** The one state for these positions; null where no phrase goes on. */
  #state(reached: readonly Position[]): State<T> | null {
    if (reached.length === 0) return null;
    const unique = new Map(reached.map((position) => [`${position.phrase}.${position.element}`, position]));
    const key = [...unique.keys()].sort().join(' ');
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const positions = [...unique.values()].sort((a, b) => a.phrase - b.phrase);
    const words = new Set<number>();
    const accepts = new Map<unknown, T>();
    for (const { phrase, element } of positions) {
      const found = this.#phrases[phrase];
      if (found === undefined) continue;
      const name = this.#keyOf(found.value);
      if (element === found.elements.length && !accepts.has(name)) accepts.set(name, found.value);
      for (const word of found.elements[element]?.words ?? []) words.add(word);
    }
    const state: State<T> = {
      positions,
      words,
      next: new Map(),
      otherwise: undefined,
      accepts: [...accepts.values()],
    };
    this.#states.set(key, state);
    return state;
  }
}

function parsePhrase(source: string, vocabulary: Vocabulary, sets: WordSets): Element[] {
  const parts = source.split(' ');
  const elements = parts.map((part) => {
    const optional = part.length > 1 && part.endsWith('?');
    const body = optional ? part.slice(0, -1) : part;
    if (body === '') throw new Error(`phrase "${source}": an empty word`);
    if (body === '*') return { words: null, optional };
    const words = body.split('|').flatMap((word) => {
      if (!word.startsWith('@')) return [word];
      const set = sets[word.slice(1)];
      if (set === undefined) throw new Error(`phrase "${source}": no word set "${word}"`);
      return set;
    });
    return { words: new Set(words.map((word) => vocabulary.add(checked(word, source)))), optional };
  });
  if (elements.every((element) => element.optional))
    throw new Error(`phrase "${source}": all words optional`);
  if (elements[0]?.words === null) throw new Error(`phrase "${source}": begins with any word`);
  return elements;
}

function checked(word: string, source: string): string {
  if (word === '' || word !== word.toLowerCase()) throw new Error(`phrase "${source}": "${word}"`);
  if (/[\p{L}\d]-/u.test(word)) throw new Error(`phrase "${source}": write "${word}" without the hyphen`);
  return word;
}
