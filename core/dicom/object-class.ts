/** The groups of Storage SOP Classes (PS3.4 B.5) that a site may have a rule for. */
import { isPresentationState, isSecondaryCapture, KEY_OBJECT_SELECTION } from './uids.ts';

export const OBJECT_CLASSES = [
  'KEY_OBJECT_SELECTION',
  'PRESENTATION_STATE',
  'SECONDARY_CAPTURE',
  'DOSE_REPORT',
  'STRUCTURED_REPORT',
  'WAVEFORM',
  'RAW_DATA',
  'DOCUMENT',
  'RADIOTHERAPY',
  'OTHER',
] as const;

export type ObjectClass = (typeof OBJECT_CLASSES)[number];

const ARC = '1.2.840.10008.5.1.4.1.1.';

/** X-Ray, Radiopharmaceutical, Patient and Enhanced X-Ray Radiation Dose SR. */
const DOSE_REPORTS: ReadonlySet<string> = new Set(['67', '68', '73', '76'].map((last) => `${ARC}88.${last}`));

export function objectClass(sopClassUid: string): ObjectClass {
  if (sopClassUid === KEY_OBJECT_SELECTION) return 'KEY_OBJECT_SELECTION';
  if (isPresentationState(sopClassUid)) return 'PRESENTATION_STATE';
  if (isSecondaryCapture(sopClassUid)) return 'SECONDARY_CAPTURE';
  if (DOSE_REPORTS.has(sopClassUid)) return 'DOSE_REPORT';
  if (isBelow(sopClassUid, '88')) return 'STRUCTURED_REPORT';
  if (isBelow(sopClassUid, '9')) return 'WAVEFORM';
  if (sopClassUid === `${ARC}66`) return 'RAW_DATA';
  if (isBelow(sopClassUid, '104')) return 'DOCUMENT';
  if (isBelow(sopClassUid, '481')) return 'RADIOTHERAPY';
  return 'OTHER';
}

function isBelow(sopClassUid: string, arc: string): boolean {
  return sopClassUid.startsWith(`${ARC}${arc}.`);
}
