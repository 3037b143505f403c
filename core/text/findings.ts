/** The findings of a report: every mention with how it is meant, what is said of it, and the rules that decided. */
import type { Finding, FindingAttribute } from '../radiology/events.ts';
import { type AssertedMention, assertMentions } from './assertion.ts';
import { Describer } from './attributes.ts';
import type { Background } from './background.ts';
import { type CueHit, type Mention, readCues, type SentenceCues } from './cues.ts';
import type { FindingTerm, Lexicon } from './lexicon.ts';
import { attribute } from './nearest-modifiers.ts';
import { ruleId } from './rules.ts';
import type { Sentence } from './sentences.ts';
import { readSizes } from './sizes.ts';
import type { TokenRange, Tokens } from './tokens.ts';

/** One sentence as it was read. */
export interface SentenceReading {
  sentence: Sentence;
  findings: Finding[];
  /** tells of a finding (present or uncertain, of this patient, now) that is no statement of normality */
  abnormal: boolean;
  /** asks for a finding before the report has said anything: no statement */
  asks: boolean;
  /** stretches of the text that are denied or about other people, in order */
  denied: { start: number; end: number }[];
}

/** Reads the findings of one sentence; `leading`: see `readCues`. */
export function readSentence(
  tokens: Tokens,
  sentence: Sentence,
  lexicon: Lexicon,
  leading = false,
): SentenceReading {
  const mentions = readMentions(tokens, sentence, lexicon);
  const cues = readCues(tokens, sentence, mentions, lexicon, leading);
  const { mentions: asserted, denied } = assertMentions(cues, mentions, sentence.section.background);
  const reading: SentenceReading = { sentence, findings: [], abnormal: false, asks: false, denied: [] };
  for (const { first, last } of denied)
    reading.denied.push({ start: tokens.start(first), end: tokens.end(last - 1) });
  if (asserted.length > 0) addFindings(reading, tokens, asserted, cues, lexicon, leading);
  return reading;
}

/** The mentions of a sentence in order; a phrase that names two findings gives both. */
export function readMentions(tokens: Tokens, sentence: TokenRange, lexicon: Lexicon): Mention[] {
  const mentions: Mention[] = [];
  let before: FindingTerm | null = null;
  for (const { first, last, values } of lexicon.findings.match(tokens, sentence.first, sentence.last)) {
    for (const value of values) {
      const term: FindingTerm | null = typeof value === 'object' ? value : value === 'AGAIN' ? before : null;
      if (term === null) continue;
      mentions.push({ first, last, term, again: value === 'AGAIN' });
      if (term.entry.group !== 'normal') before = term;
    }
  }
  return mentions;
}

function addFindings(
  reading: SentenceReading,
  tokens: Tokens,
  mentions: readonly AssertedMention[],
  { hits, statements, clauses }: SentenceCues,
  lexicon: Lexicon,
  leading: boolean,
): void {
  const { sentence, findings } = reading;
  const asks = leading && hits.some(({ cue }) => cue.asks === true || cue.reason === true);
  const modifiers = lexicon.modifiers.match(tokens, sentence.first, sentence.last);
  const describer = new Describer(tokens, lexicon, modifiers, readSizes(tokens, sentence, lexicon), mentions);
  for (let index = 0; index < mentions.length; index++) {
    const mention = mentions[index];
    if (mention === undefined) continue;
    const described = describer.describe({
      mention,
      statement: statements.range(statements.of(mention.first)),
      clause: clauses.range(clauses.of(mention.first)),
      alone: aloneAround(mentions, index, sentence),
      normal: mention.term.entry.group === 'normal',
    });
    // "enlarging nodule, biopsied in 2019"
    if (described.change !== '' && mention.timeCue?.cue.closing === true) {
      mention.time = 'CURRENT';
      mention.timeCue = null;
    }
    const { term, assertion, subject, time, cue, timeCue, subjectCue } = mention;
    const { attributes } = described;
    if (cue !== null) addCue(attributes, tokens, cue, 'CERTAINTY', assertion);
    const isReason = cue?.cue.reason === true || (asks && assertion === 'UNCERTAIN');
    if (cue !== null && isReason) addCue(attributes, tokens, cue, 'REASON', 'REASON');
    if (cue?.cue.change !== undefined) addCue(attributes, tokens, cue, 'CHANGE', cue.cue.change);
    if (timeCue !== null) addCue(attributes, tokens, timeCue, 'TIME', time);
    if (subjectCue !== null) addCue(attributes, tokens, subjectCue, 'SUBJECT', subject);
    const { background } = sentence.section;
    if (background !== null) addHeading(attributes, mention, background);
    const finding: Finding = {
      concept: term.entry.at?.[described.location] ?? term.entry.id,
      kind: term.entry.group === 'normal' ? 'NORMAL' : 'FINDING',
      assertion,
      subject,
      time: time === 'HISTORICAL' ? 'HISTORICAL' : 'CURRENT',
      section: sentence.section.name,
      laterality: described.laterality,
      location: described.location,
      start: tokens.start(mention.first),
      end: tokens.end(mention.last - 1),
      sentenceStart: sentence.start,
      sentenceEnd: sentence.end,
      cue: cueText(tokens, mention),
      planned: time === 'PLANNED',
      reason:
        isReason || (sentence.section.name === 'INDICATION' && time === 'CURRENT' && background === null),
      change: cue?.cue.change ?? described.change,
      severity: described.severity,
      sizesMm: described.sizesMm,
      quantity: described.quantity,
      attributes,
      rule: mention.again ? 'again/before' : term.rule,
    };
    findings.push(finding);
    if (term.entry.denies !== undefined && assertion === 'PRESENT') addDenied(findings, finding, term);
    if (isAbnormal(mention) && !isReason) reading.abnormal = true;
    if (isReason && leading) reading.asks = true;
  }
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

function isAbnormal({ term, assertion, time, subject }: AssertedMention): boolean {
  return (
    term.entry.group !== 'normal' && assertion !== 'ABSENT' && time === 'CURRENT' && subject === 'PATIENT'
  );
}

/** "Heart size is normal" says that there is no cardiomegaly. */
function addDenied(findings: Finding[], finding: Finding, { entry }: FindingTerm): void {
  for (const concept of entry.denies ?? [])
    findings.push({
      ...finding,
      concept,
      kind: 'FINDING',
      assertion: 'ABSENT',
      cue: entry.id,
      rule: ruleId.denies(entry.id, concept),
    });
}

function addCue(
  attributes: FindingAttribute[],
  tokens: Tokens,
  hit: CueHit,
  kind: FindingAttribute['kind'],
  value: string,
): void {
  attributes.push(attribute(tokens, kind, value, hit, hit.rule));
}

/** The heading is the reason for the time or the subject where no words of the sentence are. */
function addHeading(attributes: FindingAttribute[], mention: AssertedMention, background: Background): void {
  const { start, end, rule, kind } = background;
  if (kind === 'PAST_HISTORY' && mention.timeCue === null)
    attributes.push({ kind: 'TIME', value: mention.time, start, end, rule });
  if (kind === 'FAMILY_HISTORY' && mention.subjectCue === null)
    attributes.push({ kind: 'SUBJECT', value: mention.subject, start, end, rule });
}

/** The words that decided the assertion: a cue, or the finding's own where they only hint at it. */
function cueText(tokens: Tokens, mention: AssertedMention): string {
  if (mention.cue !== null) return textOf(tokens, mention.cue);
  return mention.assertion === 'UNCERTAIN' ? textOf(tokens, mention) : '';
}

function textOf(tokens: Tokens, { first, last }: TokenRange): string {
  return tokens.text.slice(tokens.start(first), tokens.end(last - 1));
}
