import type { Case, Patient } from './events.ts';
import { MAX_COMPARED_PATIENTS } from './limits.ts';
import { comparePatients, type PatientComparison } from './patient.ts';

/**
 * Whether all that came into a case is of one patient. Two that disagree anywhere, also on one side, decide. Otherwise
 * each report is compared with each image: agreement must hold between all of them. Null while one side is missing.
 */
export function casePatients(reports: Case['reports'], images: Case['images']): PatientComparison | null {
  const ofReports = distinct(reports.map(({ latest }) => latest.received.patient));
  const ofImages = distinct(images.map(({ received }) => received.patient));
  const all = distinct([...ofReports, ...ofImages]);
  if (all.length > MAX_COMPARED_PATIENTS) return 'DISAGREE';
  if (all.some((a, i) => all.slice(i + 1).some((b) => comparePatients(a, b) === 'DISAGREE')))
    return 'DISAGREE';
  if (ofReports.length === 0 || ofImages.length === 0) return null;
  const agree = ofReports.every((a) => ofImages.every((b) => comparePatients(a, b) === 'AGREE'));
  return agree ? 'AGREE' : 'CANNOT_TELL';
}

function distinct(patients: readonly Patient[]): Patient[] {
  const spelled = (patient: Patient): string =>
    JSON.stringify([
      patient.issuer,
      patient.identifier,
      patient.familyName,
      patient.givenName,
      patient.birthDate,
      patient.sex,
    ]);
  return [...new Map(patients.map((patient) => [spelled(patient), patient])).values()];
}
