/** A label and its answer: "Effusion: none", "Effusion | none", "Effusion none". */
import type { Mention } from './cues.ts';
import type { CueTerm, Lexicon } from './lexicon.ts';
import type { Sentence } from './sentences.ts';
import type { TokenRange, Tokens } from './tokens.ts';
import { OTHER_PUNCTUATION, punctuationId } from './vocabulary.ts';

const COLON = punctuationId(':');
const DASH = punctuationId('-');
const OPENING = new Set([COLON, DASH, punctuationId(','), punctuationId('=')]);
/** what follows them is another noun: "is suspected (image 4)", "is possible – see image 3" */
export const BREAKING = new Set([punctuationId('('), DASH, OTHER_PUNCTUATION]);
export const CLOSING = new Set(['.', ',', ';', ')', '?'].map(punctuationId));

export function isLabelCue(term: CueTerm): boolean {
  return typeof term === 'object' && term.cue.direction === 'LABEL';
}

/**
 * "Effusion: none." - behind a colon, dash or comma, in a cell of its own, or alone behind the finding; and nothing after it
 * that it could speak of. A mark ("-") answers in a cell only.
 */
export function isLabelled(
  tokens: Tokens,
  sentence: Sentence,
  first: number,
  last: number,
  before: TokenRange | undefined,
  lexicon: Lexicon,
): boolean {
  if (first === sentence.first) return false;
  const ends = last >= sentence.last || CLOSING.has(tokens.id(last)) || BREAKING.has(tokens.id(last));
  if (sentence.answers?.has(first) === true) return ends || tokens.startsCell(last);
  if (!ends || tokens.kind(first) === 'PUNCTUATION') return false;
  // "N", "0": behind a comma they are anything.
  if (last === first + 1 && tokens.end(first) - tokens.start(first) === 1)
    return tokens.id(first - 1) === COLON;
  return (
    OPENING.has(tokens.id(first - 1)) ||
    (before?.last === first && isAlone(tokens, sentence, first, last, lexicon))
  );
}

/** "Effusion none": nothing but a label before it, and nothing behind it. */
function isAlone(
  tokens: Tokens,
  sentence: Sentence,
  first: number,
  last: number,
  { clauseWords: { verbs, deniers } }: Lexicon,
): boolean {
  if (last < sentence.last - 1) return false;
  for (let at = sentence.first; at < first; at++) {
    const id = tokens.id(at);
    if (tokens.kind(at) === 'PUNCTUATION' || verbs.has(id) || deniers.has(id)) return false;
  }
  return true;
}

/** "no" in one cell of a row and "small" in the next: neither is taken for the whole. */
export function contestedCue({ cue }: Exclude<CueTerm, string>): Exclude<CueTerm, string> {
  return { cue: { ...cue, assertion: 'UNCERTAIN' }, rule: 'row/contested' };
}

/** Is the first mention a label that the next one answers in its own words? */
export function isTopic(tokens: Tokens, sentence: Sentence, mentions: readonly Mention[]): boolean {
  const [label, next] = mentions;
  if (label === undefined || next === undefined || label.term.entry !== next.term.entry) return false;
  return tokens.id(label.last) === COLON || sentence.answers?.has(label.last) === true;
}
