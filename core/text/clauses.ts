/**
 * Where clauses end within a sentence: cues do not reach over these places. Commas and "and" are such places only where
 * a new statement begins, since they also part the items of a list ("no effusion, consolidation or pneumothorax").
 */
import type { IdSet } from './id-set.ts';
import type { Sentence } from './sentences.ts';
import type { Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

const COMMA = punctuationId(',');
const SEMICOLON = punctuationId(';');

/** Words (as numbers of the vocabulary) that say where a clause ends. */
export interface ClauseWords {
  verbs: IdSet;
  /** a verb before these belongs to the list that they begin: "there is no X, Y or Z" */
  deniers: IdSet;
  joiners: IdSet;
  /** a verb behind these opens no statement: "may be" */
  modals: IdSet;
  /** "with" behind these joins nothing: "consistent with" */
  binding: IdSet;
  /** "and" before these begins a statement even after a denial: "no effusion and the mass is larger" */
  resumers: IdSet;
  /** they open a list whose commas part no statements: "includes" */
  enumerators: IdSet;
  /** they answer a label in a cell of their own: "Effusion | yes" */
  affirmers: IdSet;
  or: IdSet;
  /** words behind a doubt with which it goes on about the finding before it: "pneumonia is suspected given the fever" */
  trailers: IdSet;
  /** words with which a statement of its own begins after a comma */
  openers: IdSet;
}

/**
 * The tokens of a sentence at which a clause ends (in order): a semicolon; a comma or "and" after a clause with a verb
 * ("no effusion is seen, ..."); a comma before a statement that opens like one of its own ("no effusion, small ...")
 * when no "or" follows that would make it a list. None ends within an insert (`inserts.ts`).
 */
export function clauseEnds(
  tokens: Tokens,
  sentence: Sentence,
  words: ClauseWords,
  inserts: ReadonlySet<number> | null = null,
): number[] {
  const ends: number[] = [];
  const lastOr = lastIndexOf(tokens, sentence, words.or);
  let verb = false;
  let listed = false;
  for (let at = sentence.first; at < sentence.last; at++) {
    if (inserts?.has(at) === true) continue;
    const id = tokens.id(at);
    if (words.verbs.has(id)) verb = !words.modals.has(tokens.id(at - 1)) || verb;
    else if (words.deniers.has(id)) verb = false;
    else if (words.enumerators.has(id)) listed = true;
    const inList = at < lastOr || listed;
    const joins =
      words.joiners.has(id) &&
      !inList &&
      (verb || words.resumers.has(tokens.id(at + 1))) &&
      !words.binding.has(tokens.id(at - 1));
    const parts = id === COMMA && !inList && opensStatement(tokens, at + 1, verb, words);
    if (id !== SEMICOLON && !joins && !parts) continue;
    ends.push(at);
    verb = false;
    listed = false;
  }
  return ends;
}

/** Does a new statement begin behind a comma? `verb`: the clause before the comma has one. */
function opensStatement(tokens: Tokens, next: number, verb: boolean, words: ClauseWords): boolean {
  if (words.or.has(tokens.id(next))) return false;
  const first = words.joiners.has(tokens.id(next)) ? next + 1 : next;
  return verb || words.openers.has(tokens.id(first));
}

function lastIndexOf(tokens: Tokens, sentence: Sentence, ids: IdSet): number {
  for (let at = sentence.last - 1; at >= sentence.first; at--) if (ids.has(tokens.id(at))) return at;
  return -1;
}
