/**
 * The text of what a report asserts: the sentences of its results without the denied stretches and without what is said
 * of relatives. A search for "pneumothorax" must not find "no pneumothorax", neither by words nor by a vector: a sentence
 * encoder puts the two side by side. Uncertain and normal statements stay. Redaction marks (`XXXX`) are left out.
 */

import type { SentenceReading } from './findings.ts';
import { MAX_ENCODED_SENTENCES } from './limits.ts';
import { hasResults, isResult } from './result-sections.ts';

/** Words that must be left of a sentence without a finding after its denials were cut out, for it to be kept. */
const MIN_WORDS_LEFT = 5;

/** What is left of the sentences that assert something, in the order of the text. */
export interface AssertedSentence {
  text: string;
  /** tells of a finding (present or uncertain, of this patient, now) and not only of normality */
  abnormal: boolean;
}

export function assertedSentences(text: string, readings: readonly SentenceReading[]): AssertedSentence[] {
  return readings
    .filter(
      ({ sentence, asks, findings }) =>
        hasResults(sentence.section.name) && (!asks || findings.some(isResult)),
    )
    .map((reading) => ({ text: assertedSentence(text, reading), abnormal: reading.abnormal }))
    .filter((sentence) => sentence.text !== '');
}

/** One sentence a line: what is searched by words. */
export function assertedText(sentences: readonly AssertedSentence[]): string {
  return sentences.map((sentence) => sentence.text).join('\n');
}

/**
 * The sentences that stand for the report in the vector space: those with findings, or all where there are none, each
 * once, at most `MAX_ENCODED_SENTENCES`. Statements of normality are in nearly every report and would make all reports
 * alike; sentences are what the encoder was trained on, so each is encoded for itself and the mean is taken.
 */
export function sentencesToEncode(sentences: readonly AssertedSentence[]): string[] {
  const abnormal = sentences.filter((sentence) => sentence.abnormal);
  const chosen = abnormal.length > 0 ? abnormal : sentences;
  return [...new Set(chosen.map((sentence) => sentence.text))].slice(0, MAX_ENCODED_SENTENCES);
}

function assertedSentence(text: string, { sentence, findings, denied }: SentenceReading): string {
  const kept: string[] = [];
  let at = sentence.start;
  for (const { start, end } of [...denied, { start: sentence.end, end: sentence.end }]) {
    if (start > at) kept.push(text.slice(at, start));
    at = Math.max(at, end);
  }
  const words = kept
    .join(' ')
    .split(/\s+/)
    .filter((word) => HAS_WORD.test(word) && !REDACTED.test(word));
  const found = findings.some((finding) => finding.assertion !== 'ABSENT' && finding.subject === 'PATIENT');
  return found || words.length >= (denied.length > 0 ? MIN_WORDS_LEFT : 1) ? words.join(' ') : '';
}

const HAS_WORD = /[\p{L}\p{N}]/u;
const REDACTED = /^\(?XXXX[.,;:)]?$/i;
