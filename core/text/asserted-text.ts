/**
 * The text of what a report asserts: the sentences of its results without the denied stretches and without what is said
 * of relatives. A search for "pneumothorax" must not find "no pneumothorax", neither by words nor by a vector: a sentence
 * encoder puts the two side by side. Uncertain and normal statements stay. Redaction marks (`XXXX`) are left out.
 */

import type { SentenceReading } from './findings.ts';
import { hasResults } from './result-sections.ts';

/** Words that must be left of a sentence without a finding after its denials were cut out, for it to be kept. */
const MIN_WORDS_LEFT = 5;

/** One sentence a line, in the order of the text. */
export function assertedText(text: string, sentences: readonly SentenceReading[]): string {
  const lines: string[] = [];
  for (const reading of sentences) {
    if (!hasResults(reading.sentence.section.name)) continue;
    const line = assertedSentence(text, reading);
    if (line !== '') lines.push(line);
  }
  return lines.join('\n');
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
    .filter((word) => word !== '' && !REDACTED.test(word));
  while (words.length > 0 && !HAS_WORD.test(words.at(-1) ?? '')) words.pop();
  const found = findings.some((finding) => finding.assertion !== 'ABSENT' && finding.subject === 'PATIENT');
  return found || words.length >= (denied.length > 0 ? MIN_WORDS_LEFT : 1) ? words.join(' ') : '';
}

const HAS_WORD = /[\p{L}\p{N}]/u;
const REDACTED = /^\(?XXXX[.,;:)]?$/i;
