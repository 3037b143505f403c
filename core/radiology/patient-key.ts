import { createHmac } from 'node:crypto';
import { normaliseName } from './case-key.ts';
import type { Case, Patient } from './events.ts';
import { MAX_PATIENTS_OF_CASE } from './limits.ts';

/** How a sender names a patient. Identifiers of different issuers are different patients, as far as can be told. */
export type PatientId = Pick<Patient, 'issuer' | 'identifier'>;

/**
 * By what a patient's cases are found: a keyed hash of issuer and identifier with the site's secret, so that nobody
 * without it learns from the key who that is, or finds out whether somebody is known here. Names are compared as
 * `normaliseName` makes them. Null without an identifier.
 */
export function patientKey(secret: Buffer, { issuer, identifier }: PatientId): string | null {
  const id = normaliseName(identifier);
  if (id === '') return null;
  const text = JSON.stringify(['patient', normaliseName(issuer), id]);
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex').slice(0, 32);
}

/** The keys of these patients, each once, sorted. */
export function patientKeys(secret: Buffer, patients: readonly PatientId[]): string[] {
  const keys = patients.map((patient) => patientKey(secret, patient)).filter((key) => key !== null);
  return [...new Set(keys)].sort();
}

/**
 * All patients that reports and images of a case name by an identifier, withheld ones among them: mostly one, and at most
 * `MAX_PATIENTS_OF_CASE`, which are the same ones in whatever order the case grew.
 */
export function patientsOf({ reports, images }: Pick<Case, 'reports' | 'images'>): PatientId[] {
  const versions = reports.flatMap(({ latest, other }) => (other === null ? [latest] : [latest, other]));
  const named = new Map<string, PatientId>();
  for (const { received } of [...versions, ...images]) {
    const issuer = normaliseName(received.patient.issuer);
    const identifier = normaliseName(received.patient.identifier);
    if (identifier !== '') named.set(JSON.stringify([issuer, identifier]), { issuer, identifier });
  }
  const sorted = [...named].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.slice(0, MAX_PATIENTS_OF_CASE).map(([, patient]) => patient);
}
