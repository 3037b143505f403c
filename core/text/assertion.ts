/**
 * How the findings of a sentence are meant: present, absent or uncertain, whose, and when. Cues reach within their
 * clause (`clauses.ts`), forwards ("no X"), backwards ("X is not seen") or from behind a colon ("X: none"). Of two cues
 * the nearer one decides; at equal distance the denying one. An answer behind a mark decides over any doubt ("evaluate for
 * X: none"), and "no X can be excluded" doubts, as "no X, but not excluded".
 *
 * The idea of cue lists with a reach is NegEx and ConText (Chapman et al. 2001; Harkema et al. 2009); the reach ends
 * at clauses here rather than after a number of words. Sweeps in both directions, linear in the sentence.
 */
import type { Assertion, Finding } from '../radiology/events.ts';
import { type Background, subjectBelow, timeBelow } from './background.ts';
import type { CueHit, Mention, SentenceCues } from './cues.ts';
import { ascending, distance, merged, upperBound } from './token-ranges.ts';
import type { TokenRange } from './tokens.ts';

/** How a mention is meant, and the cues that say so. */
export interface AssertedMention extends Mention {
  assertion: Assertion;
  subject: Finding['subject'];
  time: 'CURRENT' | 'HISTORICAL' | 'PLANNED';
  /** the cues that decided each; null where none did */
  cue: CueHit | null;
  timeCue: CueHit | null;
  subjectCue: CueHit | null;
}

export interface SentenceAssertions {
  mentions: AssertedMention[];
  /** what the sentence denies or says of other people, in order: left out of the asserted text */
  denied: TokenRange[];
}

/** Words between "no" and "suspicion of" for which both together deny. */
const MAX_DENIED_DOUBT_DISTANCE = 3;

/** Decides for every mention of a sentence (in order) how it is meant; `background`: what its section tells of. */
export function assertMentions(
  cues: SentenceCues,
  mentions: readonly Mention[],
  background: Background | null,
): SentenceAssertions {
  const hits = withoutDeniedDoubts(cues.hits, mentions);
  const before = sweep(mentions, hits, cues, 'BEFORE');
  const after = sweep(mentions, hits, cues, 'AFTER');
  const asserted: AssertedMention[] = [];
  for (let index = 0; index < mentions.length; index++) {
    const mention = mentions[index];
    if (mention !== undefined)
      asserted.push(decide(mention, before[index] ?? NOTHING, after[index] ?? NOTHING, background));
  }
  const [label, answer] = asserted;
  if (cues.topic && label?.cue === null && answer !== undefined && answer.assertion !== 'PRESENT')
    asserted[0] = { ...answer, first: label.first, last: label.last, term: label.term, again: label.again };
  return { mentions: asserted, denied: deniedRanges(hits, cues, asserted) };
}

/** What the cues on one side of a mention say. */
interface Said {
  assertion: CueHit | null;
  /** nearer than that, but speaks of some findings only */
  choosy: CueHit | null;
  time: CueHit | null;
  subject: CueHit | null;
}

const NOTHING: Said = { assertion: null, choosy: null, time: null, subject: null };

/** For each mention the nearest cues of one direction within its clause; empty where there are none at all. */
function sweep(
  mentions: readonly Mention[],
  hits: readonly CueHit[],
  cues: SentenceCues,
  direction: CueHit['direction'],
): Said[] {
  if (!hits.some((hit) => hit.direction === direction)) return [];
  const forwards = direction === 'BEFORE';
  const said: Said[] = mentions.map(() => NOTHING);
  let clause = -1;
  let state = NOTHING;
  let next = forwards ? 0 : hits.length - 1;
  for (let step = 0; step < mentions.length; step++) {
    const index = forwards ? step : mentions.length - 1 - step;
    const mention = mentions[index];
    if (mention === undefined) continue;
    for (; next >= 0 && next < hits.length; next += forwards ? 1 : -1) {
      const hit = hits[next];
      if (hit === undefined || hit.direction !== direction) continue;
      if (!reaches(hit, mention, forwards)) break;
      state = heard(hit.clause === clause ? state : NOTHING, hit);
      clause = hit.clause;
    }
    if (cues.clauses.of(mention.first) === clause) said[index] = inReach(state, mention, cues.timeStops);
  }
  return said;
}

/** Does the cue stand on its side of the mention? */
function reaches(hit: CueHit, mention: Mention, forwards: boolean): boolean {
  if (!forwards) return hit.last > mention.last;
  const { assertion } = hit.cue;
  // "evaluate the mass for calcification" speaks of what follows
  if (hit.first < mention.first && (assertion === undefined || hit.last < mention.last)) return true;
  return assertion === 'UNCERTAIN' && hit.first >= mention.first && hit.last <= mention.last;
}

function heard(state: Said, hit: CueHit): Said {
  const { assertion, time, subject } = hit.cue;
  const { spares, group, presupposes } = hit.cue;
  const choosy =
    assertion !== undefined && (spares !== undefined || group !== undefined || presupposes === true);
  return {
    assertion: assertion === undefined || choosy ? state.assertion : hit,
    choosy: choosy ? hit : assertion === undefined ? state.choosy : null,
    time: time === undefined ? state.time : hit,
    subject: subject === undefined ? state.subject : hit,
  };
}

function inReach(said: Said, mention: Mention, timeStops: readonly number[]): Said {
  const { choosy, time, subject } = said;
  const assertion = choosy !== null && speaksOf(choosy, mention) ? choosy : said.assertion;
  return {
    choosy: null,
    assertion: isNear(assertion, mention) && mention.first >= (assertion?.since ?? 0) ? assertion : null,
    time:
      isNear(time, mention) && !isSpared(time, mention) && !isStopped(time, mention, timeStops) ? time : null,
    subject: isNear(subject, mention) ? subject : null,
  };
}

/** Is it about this finding, and not set right behind another one? */
function speaksOf({ cue, since, until }: CueHit, { first, term: { entry } }: Mention): boolean {
  const { spares, group } = cue;
  const chosen = (group === undefined || entry.group === group) && spares?.includes(entry.id) !== true;
  return chosen && first >= since && first < until;
}

/** A scar or a healed fracture is there still, though what made it is past. */
function isSpared(hit: CueHit | null, { term: { entry } }: Mention): boolean {
  return hit?.cue.spares?.includes(entry.id) === true;
}

function isNear(hit: CueHit | null, mention: Mention): boolean {
  return hit !== null && (hit.cue.reach === undefined || distance(hit, mention) <= hit.cue.reach);
}

/** Stands a word between the cue of time and the mention that brings the present back? */
function isStopped(hit: CueHit | null, mention: Mention, timeStops: readonly number[]): boolean {
  if (hit === null) return false;
  return (timeStops[upperBound(timeStops, mention.first - 1) - 1] ?? -1) >= hit.last;
}

function decide(mention: Mention, before: Said, after: Said, background: Background | null): AssertedMention {
  const cue = deciding(mention, before.assertion, after.assertion);
  const denied = cue === after.assertion && isDenial(before.assertion) ? cue?.cue.denied : undefined;
  const timeCue = before.time ?? after.time;
  const subjectCue = before.subject ?? after.subject;
  return {
    first: mention.first,
    last: mention.last,
    term: mention.term,
    again: mention.again,
    assertion: denied ?? cue?.cue.assertion ?? (mention.term.hint ? 'UNCERTAIN' : 'PRESENT'),
    time: timeCue?.cue.time ?? timeBelow(background),
    subject: subjectCue?.cue.subject ?? subjectBelow(background),
    cue,
    timeCue,
    subjectCue,
  };
}

function deciding(mention: Mention, before: CueHit | null, after: CueHit | null): CueHit | null {
  if (before === null || after === null) return before ?? after;
  if (before.cue.presupposes === true) return before;
  if (after.takesBack && isDenial(before)) return after;
  const answers = after.cue.direction === 'LABEL';
  if (isDenial(before) ? after.cue.denied !== undefined : answers) return after;
  const difference = distance(before, mention) - distance(after, mention);
  if (difference !== 0) return difference < 0 ? before : after;
  return before.cue.assertion === 'ABSENT' ? before : after;
}

function isDenial(hit: CueHit | null): boolean {
  return hit?.cue.assertion === 'ABSENT';
}

/** "No suspicion of X": the doubt right behind a denial is part of it. */
function withoutDeniedDoubts(hits: readonly CueHit[], mentions: readonly Mention[]): readonly CueHit[] {
  if (hits.length < 2) return hits;
  let denial: CueHit | null = null;
  let next = 0;
  return hits.filter((hit) => {
    if (hit.direction !== 'BEFORE' || hit.cue.assertion === undefined) return true;
    if (hit.cue.presupposes === true) return true;
    const doubt = hit.cue.assertion !== 'ABSENT';
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
  hits: readonly CueHit[],
  { clauses, deniedMentions }: SentenceCues,
  mentions: readonly AssertedMention[],
): TokenRange[] {
  if (hits.length === 0 && deniedMentions.length === 0) return [];
  const kept = mentions.filter(({ assertion, subject }) => assertion !== 'ABSENT' && subject === 'PATIENT');
  const firsts = kept.map((mention) => Math.min(mention.first, mention.cue?.first ?? mention.first));
  const lasts = kept.map((mention) => Math.max(mention.last, mention.cue?.last ?? mention.last));
  const [keptFirst, keptLast] = [firsts.sort(ascending), lasts.sort(ascending)];
  const asserting = new Set(kept.map(({ cue }) => cue));
  const ranges: TokenRange[] = deniedMentions.map(({ first, last }) => ({ first, last }));
  for (const hit of hits) {
    if (hit.cue.assertion !== 'ABSENT' && hit.cue.subject !== 'FAMILY') continue;
    if (hit.cue.denied !== undefined && asserting.has(hit)) continue;
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
