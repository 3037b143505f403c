/** The findings of a report: every mention with its assertion, time, subject, place and the cue that decided. */
import type { Finding } from '../radiology/events.ts';
import { type AssertedMention, assertMentions } from './assertion.ts';
import { clauseEnds } from './clauses.ts';
import { Clauses, type Mention, type TokenRange } from './cues.ts';
import type { Lexicon } from './lexicon.ts';
import { Locator } from './location.ts';
import type { Sentence } from './sentences.ts';
import type { Tokens } from './tokens.ts';

/** One sentence as it was read. */
export interface SentenceReading {
  sentence: Sentence;
  findings: Finding[];
  /** tells of a finding (present or uncertain, of this patient, now) that is no statement of normality */
  abnormal: boolean;
  /** stretches of the text that are denied or about other people, in order */
  denied: { start: number; end: number }[];
}

/** Reads the findings of one sentence. */
export function readSentence(tokens: Tokens, sentence: Sentence, lexicon: Lexicon): SentenceReading {
  const mentions = readMentions(tokens, sentence, lexicon);
  const { mentions: asserted, denied } = assertMentions(tokens, sentence, mentions, lexicon);
  const places = asserted.length === 0 ? [] : lexicon.places.match(tokens, sentence.first, sentence.last);
  const locator = new Locator(tokens, lexicon, places);
  const clauses = new Clauses(sentence, clauseEnds(tokens, sentence, lexicon.clauseWords));
  const findings = asserted.flatMap((mention, index) => {
    const clause = clauses.range(clauses.of(mention.first));
    const located = locator.locate(mention, clause, aloneAround(asserted, index, sentence));
    const finding: Finding = {
      concept: mention.entry.id,
      assertion: mention.assertion,
      subject: mention.subject,
      time: mention.time,
      section: sentence.section.name,
      ...located,
      start: tokens.start(mention.first),
      end: tokens.end(mention.last - 1),
      sentenceStart: sentence.start,
      sentenceEnd: sentence.end,
      cue: cueText(tokens, mention),
      planned: false,
      reason: false,
      change: '',
      severity: '',
      sizesMm: [],
      quantity: '',
      attributes: [],
      rule: '',
    };
    return [finding, ...deniedBy(mention, finding)];
  });
  const place = ({ first, last }: TokenRange) => ({ start: tokens.start(first), end: tokens.end(last - 1) });
  const abnormal = asserted.some(isAbnormal);
  return { sentence, findings, abnormal, denied: denied.map(place) };
}

/** The mentions of a sentence in order; a phrase that names two findings gives both. */
export function readMentions(tokens: Tokens, sentence: TokenRange, lexicon: Lexicon): Mention[] {
  return lexicon.findings
    .match(tokens, sentence.first, sentence.last)
    .flatMap(({ first, last, values }) =>
      values.flatMap((term) => (term === null ? [] : [{ first, last, ...term }])),
    );
}

/** The tokens between the mentions on either side of one; the same words may name two of them. */
function aloneAround(mentions: readonly TokenRange[], index: number, sentence: TokenRange): TokenRange {
  const { first, last } = mentions[index] ?? sentence;
  let before = index;
  while ((mentions[before]?.last ?? 0) > first) before--;
  let after = index;
  while ((mentions[after]?.first ?? Number.POSITIVE_INFINITY) < last) after++;
  return {
    first: mentions[before]?.last ?? sentence.first,
    last: mentions[after]?.first ?? sentence.last,
  };
}

function isAbnormal({ entry, assertion, time, subject }: AssertedMention): boolean {
  return entry.group !== 'normal' && assertion !== 'ABSENT' && time === 'CURRENT' && subject === 'PATIENT';
}

/** "Heart size is normal" says that there is no cardiomegaly. */
function deniedBy(mention: AssertedMention, finding: Finding): Finding[] {
  if (finding.assertion !== 'PRESENT') return [];
  return (mention.entry.denies ?? []).map((concept) => ({
    ...finding,
    concept,
    assertion: 'ABSENT' as const,
    cue: mention.entry.id,
  }));
}

/** The words that decided the assertion: a cue, or the finding's own where they only hint at it. */
function cueText(tokens: Tokens, mention: AssertedMention): string {
  if (mention.cue !== null) return textOf(tokens, mention.cue);
  return mention.assertion === 'UNCERTAIN' ? textOf(tokens, mention) : '';
}

function textOf(tokens: Tokens, { first, last }: TokenRange): string {
  return tokens.text.slice(tokens.start(first), tokens.end(last - 1));
}
