/**
 * Headings below which everything is about the past or about relatives, unless its own words say otherwise: "PAST MEDICAL
 * HISTORY: emphysema." They are parts of the indication. "HISTORY" and "CLINICAL HISTORY" alone are not among them: in
 * reports of radiology they give the reason for the exam.
 */
import type { Finding, SectionName } from '../radiology/events.ts';

/** What headings of the lexicon name. */
export type HeadingName = SectionName | 'PAST_HISTORY' | 'FAMILY_HISTORY';

/** A heading as the lexicon has it. */
export interface Heading {
  name: HeadingName;
  rule: string;
}

/** Of when or of whom a section tells, and the place of the heading that says so. */
export interface Background {
  kind: 'PAST_HISTORY' | 'FAMILY_HISTORY';
  start: number;
  end: number;
  rule: string;
}

/** The section that a heading opens. */
export function sectionOf(name: HeadingName): SectionName {
  return name === 'PAST_HISTORY' || name === 'FAMILY_HISTORY' ? 'INDICATION' : name;
}

/** What the heading says, where it says such a thing. */
export function backgroundOf({ name, rule }: Heading, start: number, end: number): Background | null {
  return name === 'PAST_HISTORY' || name === 'FAMILY_HISTORY' ? { kind: name, start, end, rule } : null;
}

/** When, below such a heading, what has no words of time of its own was so. */
export function timeBelow(background: Background | null): 'CURRENT' | 'HISTORICAL' {
  return background?.kind === 'PAST_HISTORY' ? 'HISTORICAL' : 'CURRENT';
}

/** Of whom what names nobody is told. */
export function subjectBelow(background: Background | null): Finding['subject'] {
  return background?.kind === 'FAMILY_HISTORY' ? 'FAMILY' : 'PATIENT';
}
