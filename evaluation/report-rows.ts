import type { ReportPart, SectionName } from '../core/radiology/events.ts';
import { CXR14 } from '../core/site-lexicon/concepts.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../core/text/lexicon.ts';
import { readReport } from '../core/text/reading.ts';
import { reportLabels } from '../core/text/report-labels.ts';
import type { CsvRow } from './csv.ts';
import type { LabelCell, LabelCells } from './score.ts';

/** The columns that may be read. No other ever is: codes beside the text are what a labeler is scored against. */
export const TEXT_COLUMNS = ['indication', 'comparison', 'findings', 'impression'] as const;

type TextColumn = (typeof TEXT_COLUMNS)[number];

const SECTION_OF: Readonly<Record<TextColumn, SectionName>> = {
  indication: 'INDICATION',
  comparison: 'COMPARISON',
  findings: 'FINDINGS',
  impression: 'IMPRESSION',
};

/** A row of a table as the parts of a report, each column its own section; blank ones are left out. */
export function columnsAsParts(row: CsvRow): ReportPart[] {
  return filled(row, TEXT_COLUMNS).map(([column, text]) => ({ section: SECTION_OF[column], text }));
}

/** Findings and impression as one text without headings: what the published baselines were measured on. */
export function joinedText(row: CsvRow): ReportPart[] {
  const texts = filled(row, ['findings', 'impression']).map(([, text]) => text);
  return [{ section: null, text: texts.join('\n') }];
}

/** The whole report as one text, in which headings alone say what is what. */
export function headedText(row: CsvRow): ReportPart[] {
  const blocks = filled(row, TEXT_COLUMNS).map(([column, text]) => `${column.toUpperCase()}: ${text}`);
  return [{ section: null, text: blocks.join('\n\n') }];
}

/** The cells of a report, in the order of `CLASSES`. */
export function labelCells(parts: readonly ReportPart[], lexicon: Lexicon = DEFAULT_LEXICON): LabelCells {
  const labels = reportLabels(readReport(parts, lexicon).findings);
  return CXR14.map(({ concept }) => cell(labels.get(concept)));
}

/** The classes that are named at all, whatever is said of them: the baseline that a reader of negation must beat. */
export function mentionCells(parts: readonly ReportPart[], lexicon: Lexicon = DEFAULT_LEXICON): LabelCells {
  const named = new Set(readReport(parts, lexicon).findings.map(({ concept }) => concept));
  return CXR14.map(({ concept }) => (named.has(concept) ? '1' : ''));
}

function cell(assertion: 'PRESENT' | 'ABSENT' | 'UNCERTAIN' | undefined): LabelCell {
  if (assertion === undefined) return '';
  return assertion === 'PRESENT' ? '1' : assertion === 'ABSENT' ? '0' : '-1';
}

function filled(row: CsvRow, columns: readonly TextColumn[]): [TextColumn, string][] {
  return columns.flatMap((column): [TextColumn, string][] => {
    const text = (row[column] ?? '').trim();
    return text === '' ? [] : [[column, text]];
  });
}
