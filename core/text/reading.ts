/**
 * Reading a report: its parts → text, sections, sentences, findings with assertion, image citations and the text of what
 * it asserts. The one entry point of `core/text`; pure, and linear in the length of the text.
 */
import type { ErrorCode } from '../errors.ts';
import type { ReportPart, ReportReading } from '../radiology/events.ts';
import { assertedSentences, assertedText, sentencesToEncode } from './asserted-text.ts';
import { readCitations } from './citations.ts';
import { readContradictions } from './contradictions.ts';
import { readSentence } from './findings.ts';
import { readImplied } from './implied-findings.ts';
import { labelerVersion } from './labeler-version.ts';
import { byLanguage } from './languages.ts';
import { DEFAULT_LEXICON, type Lexicon } from './lexicon.ts';
import { MAX_FINDINGS, MAX_READ_LENGTH } from './limits.ts';
import { reportLabels } from './report-labels.ts';
import { isResult } from './result-sections.ts';
import { readRows } from './rows.ts';
import { joinParts, readSections } from './sections.ts';
import { readSentences } from './sentences.ts';
import { tokenize } from './tokens.ts';

/** What is read without a model. */
export type TextReading = Omit<ReportReading, 'textVectors' | 'topics'>;

export interface ReadReport {
  reading: TextReading;
  /** what the text vector is made of, see `asserted-text.ts`; empty where the report asserts nothing */
  toEncode: string[];
}

/** Reads a report. `problem` is REPORT_EMPTY where there is no word to read, REPORT_TOO_LONG, or null. */
export function readReport(parts: readonly ReportPart[], lexicon: Lexicon = DEFAULT_LEXICON): TextReading {
  return readForEncoding(parts, lexicon).reading;
}

/** Reads a report and says which of its sentences stand for it in the vector space. */
export function readForEncoding(
  parts: readonly ReportPart[],
  lexicon: Lexicon = DEFAULT_LEXICON,
): ReadReport {
  const { text, placed } = joinParts(parts);
  const tokens = tokenize(text.slice(0, MAX_READ_LENGTH), lexicon.vocabulary);
  const sections = readSections(tokens, placed, lexicon.headings);
  const sentences = readSentences(
    tokens,
    sections,
    lexicon.sentenceWords,
    lexicon.citationWords,
    readRows(tokens, sections, lexicon),
  );
  const { readable, unread } = byLanguage(tokens, sentences, lexicon.languageWords);
  let leading = true;
  const readings = readable.map((sentence) => {
    const reading = readSentence(tokens, sentence, lexicon, leading && sentence.section.name === 'OTHER');
    leading &&= !reading.findings.some(isResult);
    return reading;
  });
  const asserted = assertedSentences(text, readings);
  const findings = readings.flatMap((reading) => reading.findings).slice(0, MAX_FINDINGS);
  const reading: TextReading = {
    labeler: labelerVersion(lexicon),
    text,
    sections: sections.map(({ name, start, end }) => ({ name, start, end })),
    findings,
    citations: readCitations(tokens, sentences, lexicon),
    assertedText: assertedText(asserted),
    problem: problemOf(text, sentences.length),
    implied: readImplied(reportLabels(findings), lexicon),
    contradictions: readContradictions(findings),
    unread,
  };
  return { reading, toEncode: sentencesToEncode(asserted) };
}

function problemOf(text: string, sentences: number): ErrorCode | null {
  if (text.length > MAX_READ_LENGTH) return 'REPORT_TOO_LONG';
  return sentences === 0 ? 'REPORT_EMPTY' : null;
}
