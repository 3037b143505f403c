/**
 * Where clauses end within a sentence: cues do not reach over these places. Commas and "and" are such places only where
 * a new statement begins, since they also part the items of a list ("no effusion, consolidation or pneumothorax").
 */
import type { Sentence } from './sentences.ts';
import type { Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

const COMMA = punctuationId(',');
const SEMICOLON = punctuationId(';');

/** Words (as numbers of the vocabulary) that say where a clause ends. */
export interface ClauseWords {
  verbs: ReadonlySet<number>;
  /** a verb before these belongs to the list that they begin: "there is no X, Y or Z" */
  deniers: ReadonlySet<number>;
  joiners: ReadonlySet<number>;
  or: ReadonlySet<number>;
  /** words with which a statement of its own begins after a comma */
  openers: ReadonlySet<number>;
}

/**
 * The tokens of a sentence at which a clause ends (in order): a semicolon; a comma or "and" after a clause with a verb
 * ("no effusion is seen, ..."); a comma before a statement that opens like one of its own ("no effusion, small ...")
 * when no "or" follows that would make it a list.
 */
export function clauseEnds(tokens: Tokens, sentence: Sentence, words: ClauseWords): number[] {
  const ends: number[] = [];
  const lastOr = lastIndexOf(tokens, sentence, words.or);
  let verb = false;
  for (let at = sentence.first; at < sentence.last; at++) {
    const id = tokens.id(at);
    if (words.verbs.has(id)) verb = true;
    else if (words.deniers.has(id)) verb = false;
    const inList = at < lastOr;
    const joins = words.joiners.has(id) && verb && !inList;
    if (
      id !== SEMICOLON &&
      !joins &&
      !(id === COMMA && opensStatement(tokens.id(at + 1), verb, inList, words))
    ) {
      continue;
    }
    ends.push(at);
    verb = false;
  }
  return ends;
}

/** Does a new statement begin behind a comma? `verb`: the clause before has one; `inList`: an "or" follows. */
function opensStatement(next: number, verb: boolean, inList: boolean, words: ClauseWords): boolean {
  if (words.or.has(next)) return false;
  return !inList && (verb || words.openers.has(next));
}

function lastIndexOf(tokens: Tokens, sentence: Sentence, ids: ReadonlySet<number>): number {
  for (let at = sentence.last - 1; at >= sentence.first; at--) if (ids.has(tokens.id(at))) return at;
  return -1;
}
