/**
 * The words by which a language is told, as weights by their numbers in the vocabulary: below 0 English, above 0 another
 * language. A word that the lexicon names (a site's own cues too) is read, so it never speaks for another language.
 */
import { IdSet } from './id-set.ts';
import { UNKNOWN_WORD, type Vocabulary } from './vocabulary.ts';
import { WordShapes } from './word-shapes.ts';

/** The form of `lexicon/language-words.json`. */
export interface LanguageData {
  /** words that English alone has */
  english: readonly string[];
  /** words of the lexicon that other languages have too: they speak for none */
  shared: readonly string[];
  /** names and loan words with foreign letters in English reports */
  names: readonly string[];
  /** two words that English reports borrow: "de novo", "et tube" */
  loans: readonly string[];
  /** two words that no English report has */
  phrases: readonly string[];
  /** they speak for another language where they alone stand behind a mark: "Pneumothorax: nein" */
  answers: readonly string[];
  /** words of other languages that are names or abbreviations in English reports, too */
  weak: readonly string[];
  denials: readonly string[];
  /** of two letters, as they are written: "Z.n" (status after) */
  abbreviations: readonly string[];
  /** by language; which one it is does not matter to the reading */
  words: Readonly<Record<string, readonly string[]>>;
}

export interface LanguageWords {
  /** by number of the word; 0 beyond the end */
  weights: Float32Array;
  /** first word → second → weight of both together */
  pairs: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** first words of pairs */
  pairStarts: IdSet;
  /** of these those of which neither word speaks for another language alone: "hernia hiatal" */
  knownPairStarts: IdSet;
  answers: IdSet;
  abbreviations: ReadonlySet<string>;
  shapes: WordShapes;
}

const ENGLISH = -2;
const OF_THE_LEXICON = -1;
const WEAK = 1;
const FOREIGN = 2;
/** a denial counts most: what it would assert unread is the opposite of what was written */
export const FOREIGN_DENIAL = 3;

/** @param vocabulary with the words of the whole lexicon, and no others yet */
export function compileLanguageWords(data: LanguageData, vocabulary: Vocabulary): LanguageWords {
  const inLexicon = new Set(vocabulary.words());
  const weightOf = new Map<string, number>();
  const say = (words: readonly string[], weight: number, alsoOfLexicon: boolean) => {
    for (const word of words) if (alsoOfLexicon || !inLexicon.has(word)) weightOf.set(word, weight);
  };
  const spelled = [...inLexicon].filter((word) => word.length > 1);
  say(spelled, OF_THE_LEXICON, true);
  say(data.answers, WEAK, false);
  for (const words of Object.values(data.words)) say(words, FOREIGN, false);
  say(data.denials, FOREIGN_DENIAL, false);
  say(data.english, ENGLISH, true);
  say(data.weak, WEAK, true);
  say([...data.shared, ...data.names], 0, true);
  const pairs = new Map<number, Map<number, number>>();
  const pair = (phrase: string, weight: number) => {
    const [first = '', second = ''] = phrase.split(' ');
    const from = vocabulary.add(first);
    const seconds = pairs.get(from) ?? new Map<number, number>();
    pairs.set(from, seconds.set(vocabulary.add(second), weight));
  };
  for (const loan of data.loans) pair(loan, 0);
  for (const phrase of data.phrases) pair(phrase, FOREIGN_DENIAL);
  const answers = new IdSet(data.answers.map((word) => vocabulary.add(word)));
  const numbered = [...weightOf].map(([word, weight]) => [vocabulary.add(word), weight] as const);
  const weights = new Float32Array(1 + Math.max(UNKNOWN_WORD, ...numbered.map(([id]) => id)));
  for (const [id, weight] of numbered) weights[id] = weight;
  const foreign = [...Object.values(data.words).flat(), ...data.denials];
  return {
    weights,
    pairs,
    pairStarts: new IdSet(pairs.keys()),
    knownPairStarts: new IdSet(
      data.phrases
        .map((phrase) => phrase.split(' ').map((word) => vocabulary.id(word)))
        .filter((ids) => ids.every((id) => (weights[id] ?? 0) <= 0))
        .flatMap(([first]) => first ?? []),
    ),
    answers,
    abbreviations: new Set(data.abbreviations),
    shapes: new WordShapes([...inLexicon, ...data.english], foreign),
  };
}
