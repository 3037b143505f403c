/**
 * What is put in between and says nothing of whether a finding is there: "(series 3, image 5)", "[12 mm]", "– see image 4 –".
 * Cues are read as if it were not there. What names a finding or says how one is meant is no insert.
 */
import type { CueTerm } from './lexicon.ts';
import type { PhraseAutomaton } from './phrase-automaton.ts';
import type { TokenRange, Tokens } from './tokens.ts';
import { OTHER_PUNCTUATION, punctuationId } from './vocabulary.ts';

/** tokens of an insert at most; a longer one is a statement of its own */
const MAX_INSERT = 30;

const OPENING = punctuationId('(');
const CLOSING = punctuationId(')');
const DASH = punctuationId('-');

/** The tokens of all inserts of a sentence, with their marks; null where it has none. `mentions`: in order. */
export function readInserts(
  tokens: Tokens,
  sentence: TokenRange,
  mentions: readonly TokenRange[],
  cues: PhraseAutomaton<CueTerm>,
): ReadonlySet<number> | null {
  let inserts: Set<number> | null = null;
  let next = 0;
  for (let at = sentence.first; at < sentence.last; at++) {
    const closing = closingMark(tokens, at);
    if (closing === null) continue;
    const end = endOf(tokens, at, sentence.last, closing);
    while ((mentions[next]?.last ?? sentence.last) <= at) next++;
    if (end === null || (mentions[next]?.first ?? sentence.last) < end) continue;
    if (cues.match(tokens, at, end + 1).some(({ values }) => values.some(decides))) continue;
    inserts ??= new Set();
    for (let token = at; token <= end; token++) inserts.add(token);
    at = end;
  }
  return inserts;
}

function decides(term: CueTerm): boolean {
  return typeof term === 'object' && term.cue.assertion !== undefined;
}

/** How an insert that begins at the token would end; null where none begins. */
function closingMark(tokens: Tokens, at: number): ')' | ']' | '-' | null {
  const id = tokens.id(at);
  if (id === OPENING) return ')';
  if (id === OTHER_PUNCTUATION && tokens.word(at) === '[') return ']';
  return isDash(tokens, at) ? '-' : null;
}

/** The closing mark of an insert that opens at `at`; null where there is none near. */
function endOf(tokens: Tokens, at: number, last: number, mark: ')' | ']' | '-'): number | null {
  const to = Math.min(last, at + MAX_INSERT);
  for (let end = at + 1; end < to; end++) {
    const id = tokens.id(end);
    if (mark === '-' ? isDash(tokens, end) : id === CLOSING || id === OTHER_PUNCTUATION) {
      if (mark === '-' || tokens.word(end) === mark) return end;
    }
    if (mark !== '-' && id === OPENING) return null;
  }
  return null;
}

/** A dash with blanks around it. */
function isDash(tokens: Tokens, at: number): boolean {
  const id = tokens.id(at);
  if (id !== DASH && id !== OTHER_PUNCTUATION) return false;
  if (id === OTHER_PUNCTUATION && !'–—'.includes(tokens.word(at))) return false;
  return tokens.gap(at) === 'BLANK' && tokens.gap(at + 1) === 'BLANK';
}
