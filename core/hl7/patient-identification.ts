import type { Patient } from '../radiology/events.ts';
import { NO_PATIENT } from '../radiology/patient.ts';
import { type Message, repetitions, type Segment, textIn } from './message.ts';

/**
 * The patient of a PID segment. Of several identifiers in PID-3 the medical record number is taken (type MR, then the
 * other kinds in `PREFERRED_TYPES`, then the first); PID-2 only where PID-3 is empty, as in HL7 2.3 and before.
 */
export function patientOf(message: Message, pid: Segment | undefined): Patient {
  if (pid === undefined) return NO_PATIENT;
  return {
    ...identifierOf(message, pid),
    familyName: textIn(message, pid, 'PID-5.1').trim(),
    givenName: textIn(message, pid, 'PID-5.2').trim(),
    birthDate: birthDate(textIn(message, pid, 'PID-7')),
    sex: sex(textIn(message, pid, 'PID-8')),
  };
}

function identifierOf(message: Message, pid: Segment): Pick<Patient, 'issuer' | 'identifier'> {
  const ids = repetitions(message, pid, 'PID-3.1');
  const types = repetitions(message, pid, 'PID-3.5');
  const issuers = repetitions(message, pid, 'PID-3.4');
  const universal = repetitions(message, pid, 'PID-3.4.2');
  const given = ids.flatMap((id, place) => (id.trim() === '' ? [] : [place]));
  const rank = (place: number): number => {
    const found = PREFERRED_TYPES.indexOf((types[place] ?? '').trim().toUpperCase());
    return found === -1 ? PREFERRED_TYPES.length : found;
  };
  given.sort((a, b) => rank(a) - rank(b) || a - b);
  const best = given[0];
  if (best === undefined)
    return {
      identifier: textIn(message, pid, 'PID-2.1').trim(),
      issuer: textIn(message, pid, 'PID-2.4').trim(),
    };
  return {
    identifier: (ids[best] ?? '').trim(),
    issuer: (issuers[best] || universal[best] || '').trim(),
  };
}

/** HL7 table 0203, the most useful for meeting a DICOM Patient ID first. */
const PREFERRED_TYPES = ['MR', 'MRN', 'PI', 'PT', 'PN', 'EE'];

function birthDate(value: string): string {
  return /^\d{8}/.exec(value.trim())?.[0] ?? '';
}

function sex(value: string): Patient['sex'] {
  const letter = value.trim().toUpperCase().charAt(0);
  return letter === 'F' || letter === 'M' || letter === 'O' ? letter : '';
}
