import type { Finding, SectionName } from '../radiology/events.ts';

/**
 * Does a section report what this examination showed? The reason for the exam, what it was compared with and how it
 * was made are no results.
 */
export function hasResults(section: SectionName): boolean {
  return section !== 'INDICATION' && section !== 'COMPARISON' && section !== 'TECHNIQUE';
}

/** Does the finding tell of this patient, now, as a result of this examination? */
export function isResult(finding: Finding): boolean {
  const { subject, time, planned, reason, section } = finding;
  return subject === 'PATIENT' && time === 'CURRENT' && !planned && !reason && hasResults(section);
}
