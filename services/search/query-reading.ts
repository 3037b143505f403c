import { normaliseName } from '../../core/radiology/case-key.ts';
import type { Assertion } from '../../core/radiology/events.ts';
import { queryConcepts } from '../../core/text/query-concepts.ts';
import { MAX_PHRASES, MAX_QUERY_WORDS } from './limits.ts';
import { wordsOf } from './word-variants.ts';

/** What the words typed ask for. */
export interface QueryReading {
  /** each concept once; the mention as it was typed */
  concepts: { concept: string; assertion: Assertion; text: string }[];
  /** in double quotes: these words in this order, anywhere in the report */
  phrases: string[];
  /** words that name no concept */
  rest: string[];
  /** the whole query as the number of a record, normalised, or '' where it does not look like one */
  recordNumber: string;
}

export function readQuery(words: string): QueryReading {
  const phrases: string[] = [];
  const outside = words.replace(/"([^"]*)"/g, (_, phrase: string) => {
    if (wordsOf(phrase).length > 0) phrases.push(phrase.trim());
    return ' ';
  });
  const reading = queryConcepts(outside);
  const concepts = new Map<string, QueryReading['concepts'][number]>();
  for (const { concept, assertion, text } of reading.concepts) {
    if (!concepts.has(concept)) concepts.set(concept, { concept, assertion, text });
  }
  return {
    concepts: [...concepts.values()],
    phrases: phrases.slice(0, MAX_PHRASES),
    rest: wordsOf(reading.rest).slice(0, MAX_QUERY_WORDS),
    recordNumber: recordNumber(words),
  };
}

/** One word with a digit in it may be an accession or filler number; whether it is one, the index says. */
function recordNumber(words: string): string {
  const word = words.trim();
  return /^[^\s"]{2,64}$/u.test(word) && /\d/.test(word) ? normaliseName(word) : '';
}
