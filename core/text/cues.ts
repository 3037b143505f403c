/**
 * The cues of a sentence ("no", "cannot be excluded", "history of"), each with the clause it stands in.
 */
import { clauseEnds } from './clauses.ts';
import type { CueEntry, FindingEntry, Lexicon } from './lexicon.ts';
import type { Sentence } from './sentences.ts';
import type { Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

export interface TokenRange {
  /** first token, and the one after the last */
  first: number;
  last: number;
}

/** A finding named in a sentence. */
export interface Mention extends TokenRange {
  entry: FindingEntry;
  /** named by words that only hint at it */
  hint: boolean;
}

export interface CueHit extends TokenRange {
  cue: CueEntry;
  /** AFTER for a label's cue too */
  direction: 'BEFORE' | 'AFTER';
  /** part of a mention: an uncertain one speaks of it ("is possibly enlarged"), others only of what follows */
  within: boolean;
  clause: number;
}

/** A sentence's clauses: `ends` are the tokens at which one ends and the next begins, in order. */
export class Clauses {
  readonly #sentence: Sentence;
  readonly #ends: readonly number[];

  constructor(sentence: Sentence, ends: readonly number[]) {
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
  hits: CueHit[];
  clauses: Clauses;
  /** mentions that are worded as a denial ("no acute disease") */
  deniedMentions: Mention[];
}

/** Reads the cues around the mentions (in order, not overlapping) of a sentence. */
export function readCues(
  tokens: Tokens,
  sentence: Sentence,
  mentions: readonly Mention[],
  lexicon: Lexicon,
): SentenceCues {
  const found: Omit<CueHit, 'clause'>[] = [];
  const ends = clauseEnds(tokens, sentence, lexicon.clauseWords);
  const deniedMentions: Mention[] = [];
  let next = 0;
  for (const { first, last, values } of lexicon.cues.match(tokens, sentence.first, sentence.last)) {
    if (values.includes('PSEUDO')) continue;
    while (mentions[next] !== undefined && (mentions[next]?.last ?? 0) < last) next++;
    const around = mentions[next];
    const within = around !== undefined && around.first <= first;
    const labelled = values.some((cue) => isLabelCue(cue)) && isLabelled(tokens, sentence, first, last);
    for (const cue of values) {
      if (cue === 'PSEUDO') continue;
      if (cue === 'STOP') {
        if (!within) ends.push(first);
        continue;
      }
      if (within && cue.assertion === 'ABSENT' && deniedMentions.at(-1) !== around)
        deniedMentions.push(around);
      if (isLabelCue(cue) !== labelled || (within && cue.direction !== 'BEFORE')) continue;
      found.push({ first, last, cue, within, direction: cue.direction === 'BEFORE' ? 'BEFORE' : 'AFTER' });
    }
  }
  const clauses = new Clauses(
    sentence,
    ends.sort((a, b) => a - b),
  );
  const hits = found.map((hit) => ({ ...hit, clause: clauses.of(hit.first) }));
  return { hits, clauses, deniedMentions };
}

const COLON = punctuationId(':');
const DASH = punctuationId('-');
const CLOSING = new Set(['.', ',', ';', ')'].map(punctuationId));

function isLabelCue(cue: CueEntry | 'PSEUDO' | 'STOP'): boolean {
  return typeof cue === 'object' && cue.direction === 'LABEL';
}

/** "Effusion: none." - behind a colon or dash, and nothing after it that it could deny. */
function isLabelled(tokens: Tokens, sentence: Sentence, first: number, last: number): boolean {
  const opens = first > sentence.first && (tokens.id(first - 1) === COLON || tokens.id(first - 1) === DASH);
  return opens && (last >= sentence.last || CLOSING.has(tokens.id(last)));
}
