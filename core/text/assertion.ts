/**
 * How the findings of a sentence are meant: present, absent or uncertain, whose, and when. Cues reach within their
 * clause (`clauses.ts`), forwards ("no X"), backwards ("X is not seen") or from behind a colon ("X: none"). Of two cues
 * the nearer one decides; at equal distance the denying one.
 *
 * The idea of cue lists with a reach is NegEx and ConText (Chapman et al. 2001; Harkema et al. 2009); the reach ends
 * at clauses here rather than after a number of words. Sweeps in both directions, linear in the sentence.
 */
import type { Assertion, Finding } from '../radiology/events.ts';
import { type CueHit, type Mention, readCues, type SentenceCues, type TokenRange } from './cues.ts';
import type { Lexicon } from './lexicon.ts';
import type { Sentence } from './sentences.ts';
import type { Tokens } from './tokens.ts';

export interface AssertedMention extends Mention {
  assertion: Assertion;
  time: Finding['time'];
  subject: Finding['subject'];
  /** the cue that decided the assertion; null where none did */
  cue: CueHit | null;
}

export interface SentenceAssertions {
  mentions: AssertedMention[];
  /** what the sentence denies or says of other people, in order: left out of the asserted text */
  denied: TokenRange[];
}

/** Words between "no" and "suspicion of" for which both together deny. */
const MAX_DENIED_DOUBT_DISTANCE = 3;

/** Decides for every mention of a sentence (in order, not overlapping) how it is meant. */
export function assertMentions(
  tokens: Tokens,
  sentence: Sentence,
  mentions: readonly Mention[],
  lexicon: Lexicon,
): SentenceAssertions {
  const cues = readCues(tokens, sentence, mentions, lexicon);
  cues.hits = withoutDeniedDoubts(cues.hits, mentions);
  const before = sweep(mentions, cues, 'BEFORE');
  const after = sweep(mentions, cues, 'AFTER');
  const asserted = mentions.map((mention, index) => decide(mention, before[index], after[index]));
  return { mentions: asserted, denied: deniedRanges(cues, asserted) };
}

/** What the cues on one side of a mention say. */
interface Said {
  assertion?: CueHit;
  time?: CueHit;
  subject?: CueHit;
}

/** For each mention the nearest cues of one direction within its clause. */
function sweep(mentions: readonly Mention[], cues: SentenceCues, direction: CueHit['direction']): Said[] {
  const forwards = direction === 'BEFORE';
  const hits = cues.hits.filter((hit) => hit.direction === direction);
  const said: Said[] = mentions.map(() => ({}));
  let clause = -1;
  let state: Said = {};
  let next = forwards ? 0 : hits.length - 1;
  for (let step = 0; step < mentions.length; step++) {
    const index = forwards ? step : mentions.length - 1 - step;
    const mention = mentions[index];
    if (mention === undefined) continue;
    for (let hit = hits[next]; hit !== undefined && reaches(hit, mention, forwards); hit = hits[next]) {
      if (hit.clause !== clause) state = {};
      clause = hit.clause;
      if (hit.cue.assertion !== undefined) state = { ...state, assertion: hit };
      if (hit.cue.time !== undefined) state = { ...state, time: hit };
      if (hit.cue.subject !== undefined) state = { ...state, subject: hit };
      next += forwards ? 1 : -1;
    }
    if (cues.clauses.of(mention.first) === clause) said[index] = inReach(state, mention);
  }
  return said;
}

/** Does the cue stand on its side of the mention? */
function reaches(hit: CueHit, mention: Mention, forwards: boolean): boolean {
  if (!forwards) return hit.last > mention.last;
  return hit.first < mention.first || (hit.cue.assertion === 'UNCERTAIN' && hit.last <= mention.last);
}

function inReach({ assertion, time, subject }: Said, mention: Mention): Said {
  const near = (hit: CueHit | undefined): hit is CueHit =>
    hit !== undefined && (hit.cue.reach === undefined || distance(hit, mention) <= hit.cue.reach);
  return {
    ...(near(assertion) && { assertion }),
    ...(near(time) && { time }),
    ...(near(subject) && { subject }),
  };
}

function distance(hit: TokenRange, mention: TokenRange): number {
  return Math.max(0, mention.first - hit.last, hit.first - mention.last);
}

function decide(mention: Mention, before: Said = {}, after: Said = {}): AssertedMention {
  const cue = nearer(mention, before.assertion, after.assertion);
  return {
    ...mention,
    assertion: cue?.cue.assertion ?? (mention.hint ? 'UNCERTAIN' : 'PRESENT'),
    time: (before.time ?? after.time)?.cue.time ?? 'CURRENT',
    subject: (before.subject ?? after.subject)?.cue.subject ?? 'PATIENT',
    cue,
  };
}

function nearer(mention: Mention, before: CueHit | undefined, after: CueHit | undefined): CueHit | null {
  if (before === undefined || after === undefined) return before ?? after ?? null;
  const difference = distance(before, mention) - distance(after, mention);
  if (difference !== 0) return difference < 0 ? before : after;
  return before.cue.assertion === 'ABSENT' ? before : after;
}

/** "No suspicion of X": the doubt right behind a denial is part of it. */
function withoutDeniedDoubts(hits: readonly CueHit[], mentions: readonly Mention[]): CueHit[] {
  let denial: CueHit | null = null;
  let next = 0;
  return hits.filter((hit) => {
    if (hit.direction !== 'BEFORE' || hit.cue.assertion === undefined) return true;
    const doubt = hit.cue.assertion === 'UNCERTAIN';
    if (doubt && denial?.clause === hit.clause && hit.first - denial.last <= MAX_DENIED_DOUBT_DISTANCE) {
      while ((mentions[next]?.last ?? Number.POSITIVE_INFINITY) <= denial.last) next++;
      if ((mentions[next]?.first ?? Number.POSITIVE_INFINITY) >= hit.first) return false;
    }
    denial = doubt ? null : hit;
    return true;
  });
}

/**
 * The stretches that deny: from a denying cue to the end of its clause, or to the next finding that is not denied (with
 * its own cue); backwards likewise. Each stretch holds no finding that is present or uncertain.
 */
function deniedRanges(
  { hits, clauses, deniedMentions }: SentenceCues,
  mentions: readonly AssertedMention[],
): TokenRange[] {
  const kept = mentions.filter(({ assertion, subject }) => assertion !== 'ABSENT' && subject === 'PATIENT');
  const firsts = kept.map((mention) => Math.min(mention.first, mention.cue?.first ?? mention.first));
  const lasts = kept.map((mention) => Math.max(mention.last, mention.cue?.last ?? mention.last));
  const [keptFirst, keptLast] = [firsts.sort(ascending), lasts.sort(ascending)];
  const ranges: TokenRange[] = deniedMentions.map(({ first, last }) => ({ first, last }));
  for (const hit of hits) {
    if (hit.cue.assertion !== 'ABSENT' && hit.cue.subject !== 'FAMILY') continue;
    const clause = clauses.range(hit.clause);
    if (hit.direction === 'BEFORE') {
      const stop = keptFirst[upperBound(keptFirst, hit.first)] ?? Number.POSITIVE_INFINITY;
      ranges.push({ first: hit.first, last: Math.max(hit.last, Math.min(clause.last, stop)) });
    } else {
      const stop = keptLast[upperBound(keptLast, hit.first) - 1] ?? 0;
      ranges.push({ first: Math.min(hit.first, Math.max(clause.first, stop)), last: hit.last });
    }
  }
  return merged(ranges);
}

/** Index of the first value of a sorted list that is greater. */
function upperBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ascending(a: number, b: number): number {
  return a - b;
}

function merged(ranges: TokenRange[]): TokenRange[] {
  const joined: TokenRange[] = [];
  for (const range of ranges.sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before !== undefined && range.first <= before.last) before.last = Math.max(before.last, range.last);
    else joined.push({ ...range });
  }
  return joined;
}
