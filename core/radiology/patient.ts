import { normaliseName } from './case-key.ts';
import type { Patient } from './events.ts';

export type PatientComparison = 'AGREE' | 'DISAGREE' | 'CANNOT_TELL';

/** A patient of whom nothing was said. */
export const NO_PATIENT: Patient = {
  issuer: '',
  identifier: '',
  familyName: '',
  givenName: '',
  birthDate: '',
  sex: '',
};

/**
 * Compares the patient that a report names with the one that an image names, before the two are put together.
 * The same issuer and identifier agree; different identifiers of one named issuer disagree. Otherwise name, birth date
 * and sex decide: all that both sides give must be equal, and at least the name and the birth date must be given to agree.
 * An identifier without an issuer is compared as if both came from one place only when it agrees.
 */
export function comparePatients(a: Patient, b: Patient): PatientComparison {
  const idA = normaliseName(a.identifier);
  const idB = normaliseName(b.identifier);
  const issuerA = normaliseName(a.issuer);
  const issuerB = normaliseName(b.issuer);
  if (idA !== '' && idB !== '' && issuerA !== '' && issuerA === issuerB)
    return idA === idB ? 'AGREE' : 'DISAGREE';

  const names = compareText(fullName(a), fullName(b));
  const births = compareText(a.birthDate.trim(), b.birthDate.trim());
  const sexes = compareText(a.sex, b.sex);
  if (names === 'same' && births === 'same' && sexes !== 'different') return 'AGREE';
  const sameIdentifier = idA !== '' && idA === idB && (issuerA === '' || issuerB === '');
  if (sameIdentifier && names !== 'different' && births !== 'different') return 'AGREE';
  if (names === 'different' && births === 'different') return 'DISAGREE';
  if (sexes === 'different' && (names === 'different' || births === 'different')) return 'DISAGREE';
  return 'CANNOT_TELL';
}

function compareText(a: string, b: string): 'same' | 'different' | 'unknown' {
  if (a === '' || b === '') return 'unknown';
  return a === b ? 'same' : 'different';
}

function fullName(patient: Patient): string {
  const name = normaliseName(`${patient.familyName} ${patient.givenName}`).replace(/[^\p{L}\p{N} ]/gu, '');
  return name;
}
