import type { SectionName } from '../../core/radiology/events.ts';
import type { WrittenSection } from './written-section.ts';

/**
 * How a sender cuts a report into OBX segments:
 * - `TILDES`: one OBX whose lines are repetitions (`~`);
 * - `LINES`: one OBX for each printed line, sentences wrapped over them;
 * - `BREAKS`: one formatted OBX (FT) with `\.br\` between lines;
 * - `SECTIONS`: one OBX for each section, told apart by the suffix in OBX-3 (`&GDT`, `&IMP`, `&ADT`).
 */
export type ReportLayout = 'TILDES' | 'LINES' | 'BREAKS' | 'SECTIONS';

/** One OBX to be: each repetition is a list of lines; only FT has more than one line in a repetition. */
export interface ObservationDraft {
  valueType: 'TX' | 'FT' | 'ST';
  /** second component part of OBX-3 after `&`, '' for none */
  suffix: '' | 'GDT' | 'IMP' | 'ADT';
  repetitions: string[][];
}

/** Width at which `LINES` wraps, as an old line printer would. */
export const PRINTED_COLUMNS = 72;

export function layOut(layout: ReportLayout, sections: readonly WrittenSection[]): ObservationDraft[] {
  switch (layout) {
    case 'TILDES':
      return [
        draft(
          'TX',
          '',
          wholeReport(sections, 'INLINE').map((line) => [line]),
        ),
      ];
    case 'LINES':
      return wholeReport(sections, 'OWN_LINE')
        .flatMap((line) => wrap(line, PRINTED_COLUMNS))
        .map((line) => draft('TX', '', [[line]]));
    case 'BREAKS':
      return [draft('FT', '', [wholeReport(sections, 'OWN_LINE')])];
    case 'SECTIONS':
      return bySection(sections);
  }
}

/** Breaks between words; a word longer than the width stands alone. An empty line stays. */
export function wrap(line: string, columns: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}

function wholeReport(sections: readonly WrittenSection[], heading: 'INLINE' | 'OWN_LINE'): string[] {
  const lines: string[] = [];
  for (const { heading: title, paragraphs } of sections) {
    if (lines.length > 0) lines.push('');
    const [first = '', ...rest] = paragraphs;
    if (heading === 'INLINE') lines.push(`${title}: ${first}`, ...rest);
    else lines.push(`${title}:`, first, ...rest);
  }
  return lines;
}

/** IMPRESSION and ADDENDUM each in an OBX of their own, everything before them in the first. */
function bySection(sections: readonly WrittenSection[]): ObservationDraft[] {
  const named = (name: SectionName) => sections.filter((section) => section.name === name);
  const general = sections.filter((section) => section.name !== 'IMPRESSION' && section.name !== 'ADDENDUM');
  const drafts = [
    draft(
      'TX',
      'GDT',
      wholeReport(general, 'INLINE').map((line) => [line]),
    ),
    ...named('IMPRESSION').map((section) =>
      draft(
        'TX',
        'IMP',
        section.paragraphs.map((line) => [line]),
      ),
    ),
    ...named('ADDENDUM').map((section) =>
      draft(
        'TX',
        'ADT',
        section.paragraphs.map((line) => [line]),
      ),
    ),
  ];
  return drafts;
}

function draft(
  valueType: ObservationDraft['valueType'],
  suffix: ObservationDraft['suffix'],
  repetitions: string[][],
): ObservationDraft {
  return { valueType, suffix, repetitions };
}
