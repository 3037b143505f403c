/**
 * What a search query asks for: "pneumothorax" asks for reports in which it is present, "no pneumothorax" for those that
 * deny it, "possible pneumonia" for those that leave it open. Read with the same lexicon and rules as the reports.
 */
import type { Assertion } from '../radiology/events.ts';
import { assertMentions } from '../text/assertion.ts';
import { readCues } from '../text/cues.ts';
import { readMentions } from '../text/findings.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../text/lexicon.ts';
import { MAX_QUERY_LENGTH } from '../text/limits.ts';
import { type TokenRange, tokenize } from '../text/tokens.ts';

export interface QueryConcept {
  concept: string;
  assertion: Assertion;
  /** of the mention in the query */
  start: number;
  end: number;
  text: string;
}

export interface QueryReading {
  concepts: QueryConcept[];
  /** the words of the query that name neither a concept nor how it is meant */
  rest: string;
}

/** Reads a query; of one longer than `MAX_QUERY_LENGTH` the beginning. */
export function queryConcepts(query: string, lexicon: Lexicon = DEFAULT_LEXICON): QueryReading {
  const text = query.slice(0, MAX_QUERY_LENGTH);
  const tokens = tokenize(text, lexicon.vocabulary);
  const section = { name: 'OTHER' as const, start: 0, end: text.length, background: null };
  const sentence = { start: 0, end: text.length, first: 0, last: tokens.count, section };
  const named = readMentions(tokens, sentence, lexicon);
  const { mentions } = assertMentions(readCues(tokens, sentence, named, lexicon), named, null);
  const place = ({ first, last }: TokenRange) => ({ start: tokens.start(first), end: tokens.end(last - 1) });
  const concepts = mentions.map((mention) => {
    const { start, end } = place(mention);
    return {
      concept: mention.term.entry.id,
      assertion: mention.assertion,
      start,
      end,
      text: text.slice(start, end),
    };
  });
  const taken = mentions.flatMap(({ first, last, cue }) => [{ first, last }, ...(cue === null ? [] : [cue])]);
  const rest: string[] = [];
  for (let at = 0; at < tokens.count; at++) {
    const isTaken = taken.some(({ first, last }) => first <= at && at < last);
    if (!isTaken && tokens.kind(at) !== 'PUNCTUATION') rest.push(tokens.word(at));
  }
  return { concepts, rest: rest.filter((word) => !JOINING.has(word.toLowerCase())).join(' ') };
}

/** Words between concepts that ask for nothing; left out of the rest. */
const JOINING = new Set([
  'and',
  'or',
  'with',
  'without',
  'no',
  'not',
  'the',
  'a',
  'an',
  'of',
  'in',
  'but',
  'is',
  'are',
]);
