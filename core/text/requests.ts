/** Sentences that are nothing but a request. */
import type { Mention } from './cues.ts';
import { CLOSING } from './label-answers.ts';
import type { Lexicon } from './lexicon.ts';
import type { Sentence } from './sentences.ts';
import type { Tokens } from './tokens.ts';

/** "Eval pneumothorax or effusion": the cue, findings and hardly a word more are the whole sentence. */
export function opensRequest(
  sentence: Sentence,
  first: number,
  last: number,
  mentions: readonly Mention[],
  { tokens, lexicon }: { tokens: Tokens; lexicon: Lexicon },
): boolean {
  const named = mentions.at(-1);
  if (first !== sentence.first || named === undefined) return false;
  if (named.last < sentence.last && !(named.last === sentence.last - 1 && CLOSING.has(tokens.id(named.last))))
    return false;
  let at = last;
  for (const mention of mentions) {
    if (mention.first - at > MAX_WORDS_OF_REQUEST) return false;
    at = Math.max(at, mention.last);
  }
  const { verbs, deniers } = lexicon.clauseWords;
  for (at = last; at < named.first; at++)
    if (verbs.has(tokens.id(at)) || deniers.has(tokens.id(at))) return false;
  return true;
}

/** words before each finding of a request at most: "eval for left" */
const MAX_WORDS_OF_REQUEST = 3;
