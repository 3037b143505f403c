/**
 * Reading a report: its parts → text, sections, sentences, findings with assertion, image citations and the text of what
 * it asserts. The one entry point of `core/text`; pure, and linear in the length of the text.
 */
import type { ReportPart, ReportReading } from '../radiology/events.ts';
import { assertedText } from './asserted-text.ts';
import { readCitations } from './citations.ts';
import { readSentence } from './findings.ts';
import { LABELER } from './labeler-version.ts';
import { DEFAULT_LEXICON, type Lexicon } from './lexicon.ts';
import { MAX_FINDINGS } from './limits.ts';
import { joinParts, readSections } from './sections.ts';
import { readSentences } from './sentences.ts';
import { tokenize } from './tokens.ts';

/** What is read without a model; the labeler service adds the vector of `assertedText`. */
export type TextReading = Omit<ReportReading, 'textVector'>;

/** Reads a report. `problem` is REPORT_EMPTY where there is no word to read, else null. */
export function readReport(parts: readonly ReportPart[], lexicon: Lexicon = DEFAULT_LEXICON): TextReading {
  const { text, placed } = joinParts(parts);
  const tokens = tokenize(text, lexicon.vocabulary);
  const sections = readSections(tokens, placed, lexicon.headings);
  const sentences = readSentences(tokens, sections, lexicon.sentenceWords);
  const readings = sentences.map((sentence) => readSentence(tokens, sentence, lexicon));
  return {
    labeler: LABELER,
    text,
    sections,
    findings: readings.flatMap((reading) => reading.findings).slice(0, MAX_FINDINGS),
    citations: readCitations(tokens, sentences, lexicon),
    assertedText: assertedText(text, readings),
    problem: sentences.length === 0 ? 'REPORT_EMPTY' : null,
  };
}
