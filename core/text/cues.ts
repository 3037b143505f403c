/**
 * The cues of a sentence ("no", "cannot be excluded", "history of"), each with the clause it stands in.
 */
import { type ClauseWords, clauseEnds } from './clauses.ts';
import { readInserts } from './inserts.ts';
import { BREAKING, CLOSING, contestedCue, isLabelCue, isLabelled, isTopic } from './label-answers.ts';
import type { CueEntry, CueTerm, FindingTerm, Lexicon } from './lexicon.ts';
import { opensRequest } from './requests.ts';
import type { Sentence } from './sentences.ts';
import type { TokenRange, Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

/** A finding named in a sentence. */
export interface Mention extends TokenRange {
  term: FindingTerm;
  /** stands for the finding named before it ("a small one") */
  again: boolean;
}

export interface CueHit extends TokenRange {
  cue: CueEntry;
  rule: string;
  /** AFTER for a label's cue too */
  direction: 'BEFORE' | 'AFTER';
  /** part of a mention: an uncertain one speaks of it ("is possibly enlarged"), others only of what follows */
  within: boolean;
  clause: number;
  /** it speaks of no mention that begins before this token */
  since: number;
  /** nor of one that begins at this token or behind it */
  until: number;
  /** a doubt right behind "but" or a comma, with no finding in between: it takes back what was denied before it */
  takesBack: boolean;
}

/** A sentence's clauses: `ends` are the tokens at which one ends and the next begins, in order. */
export class Clauses {
  readonly #sentence: TokenRange;
  readonly #ends: readonly number[];

  constructor(sentence: TokenRange, ends: readonly number[]) {
    this.#sentence = sentence;
    this.#ends = ends;
  }

  /** number of the clause that a token belongs to */
  of(token: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) <= token) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  range(clause: number): TokenRange {
    return {
      first: this.#ends[clause - 1] ?? this.#sentence.first,
      last: this.#ends[clause] ?? this.#sentence.last,
    };
  }
}

export interface SentenceCues {
  /** in order */
  hits: CueHit[];
  /** parted by punctuation and joining words only */
  statements: Clauses;
  /** parted at words like "but" too: no cue reaches over these */
  clauses: Clauses;
  /** tokens over which no cue of time reaches, in order */
  timeStops: number[];
  /** the first mention is a label that the next one answers in its own words: "Pneumothorax: no pneumothorax" */
  topic: boolean;
  /** mentions that are worded as a denial ("no acute disease") */
  deniedMentions: Mention[];
}

/**
 * Reads the cues around the mentions (in order) of a sentence. `leading`: the report has no result before it and no section
 * around it, so what asks there is the reason of the exam.
 */
export function readCues(
  tokens: Tokens,
  sentence: Sentence,
  mentions: readonly Mention[],
  lexicon: Lexicon,
  leading = false,
): SentenceCues {
  const hits: CueHit[] = [];
  const inserts = readInserts(tokens, sentence, mentions, lexicon.cues);
  const statementEnds = clauseEnds(tokens, sentence, lexicon.clauseWords, inserts);
  const statements = new Clauses(sentence, statementEnds);
  const stops: number[] = [];
  const timeStops: number[] = [];
  let stopEnd = -1;
  const deniedMentions: Mention[] = [];
  let next = 0;
  for (const { first, last, values } of lexicon.cues.match(tokens, sentence.first, sentence.last, inserts)) {
    if (values.includes('PSEUDO')) continue;
    while ((mentions[next]?.last ?? last) < last) next++;
    const around = mentions[next];
    const within = around !== undefined && around.first <= first;
    const trails = next > 0 && values.some(isTrailing) && endsThere(tokens, sentence, last, lexicon);
    const labelled =
      values.some(isLabelCue) && isLabelled(tokens, sentence, first, last, mentions[next - 1], lexicon);
    for (const term of values) {
      if (term === 'STOP' && !within) {
        stops.push(first);
        stopEnd = last;
      }
      if (term === 'TIME_STOP') timeStops.push(first);
      if (typeof term === 'string') continue;
      const contested = term.cue.direction === 'LABEL' && sentence.contested?.has(first) === true;
      const { cue, rule } = contested ? contestedCue(term) : term;
      if (cue.leading === true && !leading) continue;
      if (cue.opening === true && !opensRequest(sentence, first, last, mentions, { tokens, lexicon }))
        continue;
      // "Pneumothorax? No"
      if (tokens.id(first) === QUESTION && sentence.answers?.has(last) === true) continue;
      if (within && cue.assertion === 'ABSENT' && deniedMentions.at(-1) !== around)
        deniedMentions.push(around);
      if (cue.closing === true && !closes(tokens, sentence, last)) continue;
      if (cue.trailing === true ? !trails : trails && cue.direction === 'BEFORE') continue;
      if (isLabelCue(term) !== labelled || (within && cue.direction !== 'BEFORE')) continue;
      const direction = cue.direction === 'BEFORE' ? 'BEFORE' : 'AFTER';
      const since = reachesBackTo(cue, mentions[next - 1], tokens, sentence, lexicon);
      const until =
        cue.presupposes === true ? endOfNoun(tokens, sentence, last, lexicon) : Number.POSITIVE_INFINITY;
      const takesBack =
        direction === 'AFTER' &&
        cue.assertion === 'UNCERTAIN' &&
        cue.asks !== true &&
        mentions[next - 1] !== undefined &&
        (first === stopEnd || tokens.id(first - 1) === COMMA);
      hits.push({ first, last, cue, rule, within, direction, clause: 0, since, until, takesBack });
    }
  }
  const clauses = stops.length === 0 ? statements : new Clauses(sentence, merged(statementEnds, stops));
  let denial: CueHit | null = null;
  for (const hit of hits) {
    const at = hit.direction === 'AFTER' && hit.cue.group !== undefined ? hit.first - 1 : hit.first;
    const denied = hit.takesBack ? clauses.of(lastMentionBefore(mentions, at)) : -1;
    hit.takesBack = denied >= 0 && denial?.clause === denied;
    hit.clause = hit.takesBack ? denied : clauses.of(at);
    if (hit.direction === 'BEFORE' && hit.cue.assertion === 'ABSENT') denial = hit;
  }
  const topic = isTopic(tokens, sentence, mentions);
  return { hits, statements, clauses, timeStops, deniedMentions, topic };
}

/** The last token of the mention before a token. */
function lastMentionBefore(mentions: readonly Mention[], token: number): number {
  let low = 0;
  let high = mentions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((mentions[middle]?.last ?? 0) <= token) low = middle + 1;
    else high = middle;
  }
  return (mentions[low - 1]?.last ?? token + 1) - 1;
}

/** The token before which a cue speaks of no mention that begins there; `mention`: the last one before the cue. */
function reachesBackTo(
  cue: CueEntry,
  mention: Mention | undefined,
  tokens: Tokens,
  sentence: TokenRange,
  lexicon: Lexicon,
): number {
  if (cue.direction !== 'AFTER' || mention === undefined) return 0;
  if (cue.nearest === true) return mention.first;
  return cue.assertion === 'UNCERTAIN' ? lastPart(tokens, sentence, mention, lexicon.clauseWords) : 0;
}

function merged(a: readonly number[], b: readonly number[]): number[] {
  return [...a, ...b].sort((x, y) => x - y);
}

/**
 * Where the last part of a list begins that has commas only, with its last mention: a doubt behind it speaks of that part
 * ("opacity, pneumonia not excluded"); 0 where "and" or "or" make one list of all.
 */
function lastPart(
  tokens: Tokens,
  sentence: TokenRange,
  mention: TokenRange,
  { joiners, or, verbs }: ClauseWords,
): number {
  const from = Math.max(sentence.first, mention.first - MAX_WORDS_OF_PART);
  for (let at = mention.first - 1; at >= from; at--) {
    const id = tokens.id(at);
    if (id === COMMA) return or.has(tokens.id(at + 1)) || joiners.has(tokens.id(at + 1)) ? 0 : at + 1;
    if (joiners.has(id) || or.has(id) || verbs.has(id)) return 0;
  }
  return 0;
}

/** words between a comma and the finding behind it at most: "a small, hardly seen left apical pneumothorax" */
const MAX_WORDS_OF_PART = 6;

const COMMA = punctuationId(',');
const QUESTION = punctuationId('?');

function isTrailing(term: CueTerm): boolean {
  return typeof term === 'object' && term.cue.trailing === true;
}

/** Follows no word that a doubt would speak of rather than of what stands before it? */
function endsThere(tokens: Tokens, sentence: Sentence, last: number, lexicon: Lexicon): boolean {
  const id = tokens.id(last);
  if (last >= sentence.last || CLOSING.has(id) || BREAKING.has(id)) return true;
  const { joiners, or, trailers } = lexicon.clauseWords;
  return joiners.has(id) || or.has(id) || trailers.has(id) || lexicon.placePrepositions.has(id);
}

/** words of the noun behind "the" at most: "within the partially calcified left renal mass" */
const MAX_WORDS_OF_NOUN = 6;

/** Where the noun that begins at a token ends at the latest: at a mark, or a word that joins, places or states. */
function endOfNoun(
  tokens: Tokens,
  sentence: Sentence,
  first: number,
  { clauseWords, placePrepositions }: Lexicon,
): number {
  const { joiners, or, verbs, deniers } = clauseWords;
  const to = Math.min(sentence.last, first + MAX_WORDS_OF_NOUN);
  for (let at = first; at < to; at++) {
    const id = tokens.id(at);
    if (id === COMMA || CLOSING.has(id) || joiners.has(id) || or.has(id)) return at;
    if (verbs.has(id) || deniers.has(id) || placePrepositions.has(id)) return at;
  }
  return to;
}

/** Does the sentence say nothing behind it that may take it back? */
function closes(tokens: Tokens, sentence: Sentence, last: number): boolean {
  const id = tokens.id(last);
  return last >= sentence.last || (id !== COMMA && (CLOSING.has(id) || BREAKING.has(id)));
}
