/**
 * A reading in one line, for tables of sentences: `effusion- nodule?` with a mark for each mention in the order of the
 * text: `+` present, `-` absent, `?` uncertain, then `h` historical, `p` planned, `r` a reason for the exam, `f` family.
 */
import type { Finding } from '../core/radiology/events.ts';

const MARKS = { PRESENT: '+', ABSENT: '-', UNCERTAIN: '?' } as const;

export function readingMarks(findings: readonly Finding[]): string {
  return findings.map(markOf).join(' ');
}

function markOf({ concept, assertion, time, planned, reason, subject }: Finding): string {
  const marks = [
    time === 'HISTORICAL' ? 'h' : '',
    planned ? 'p' : '',
    reason ? 'r' : '',
    subject === 'FAMILY' ? 'f' : '',
  ];
  return `${concept}${MARKS[assertion]}${marks.join('')}`;
}
