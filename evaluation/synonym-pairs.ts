import { DEFAULT_LEXICON, type Lexicon } from '../core/text/lexicon.ts';
import { readReport } from '../core/text/reading.ts';

/** Two ways to write the same finding that have no word in common. */
export interface SynonymPair {
  concept: string;
  name: string;
  synonym: string;
}

/** Words of a phrase: what is longer tells more than the finding. */
const MAX_WORDS = 4;
/** Words that begin alike count as the same word. */
const STEM = 4;

/** How each finding is written in these texts, by its concept, in alphabetical order. */
export function findingPhrases(
  texts: readonly string[],
  lexicon: Lexicon = DEFAULT_LEXICON,
): Map<string, string[]> {
  const phrases = new Map<string, Set<string>>();
  for (const one of texts) {
    const { text, findings } = readReport([{ section: 'FINDINGS', text: one }], lexicon);
    for (const { concept, kind, start, end } of findings) {
      const phrase = text.slice(start, end).toLowerCase().replace(/\s+/g, ' ').trim();
      if (kind !== 'FINDING' || wordsOf(phrase).length > MAX_WORDS) continue;
      const known = phrases.get(concept) ?? new Set();
      phrases.set(concept, known.add(phrase));
    }
  }
  return new Map([...phrases].sort().map(([concept, known]) => [concept, [...known].sort()]));
}

/** Each phrase with each other one of its concept. */
export function synonymPairs(phrases: ReadonlyMap<string, readonly string[]>): SynonymPair[] {
  return [...phrases].flatMap(([concept, known]) =>
    known.flatMap((name) =>
      known.filter((synonym) => !shareWord(name, synonym)).map((synonym) => ({ concept, name, synonym })),
    ),
  );
}

function shareWord(a: string, b: string): boolean {
  const stems = new Set(wordsOf(a).map(stemOf));
  return wordsOf(b).some((word) => stems.has(stemOf(word)));
}

function wordsOf(phrase: string): string[] {
  return phrase.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function stemOf(word: string): string {
  return word.slice(0, STEM);
}
