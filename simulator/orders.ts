import { DEPARTMENT_EPOCH, MINUTE, MINUTES_PER_CASE } from './clock.ts';
import { FACILITIES, type Facility } from './facilities.ts';
import { PATIENTS_PER_FACILITY, patientOf, type SimulatedPatient } from './patients.ts';
import { Random } from './random.ts';

export type View = 'PA' | 'AP' | 'LATERAL';

/** An examination that can be ordered. Other modalities (CT, MR) get their own rows, views and painters. */
export interface Procedure {
  code: string;
  text: string;
  modality: 'CR' | 'DX';
  bodyPart: 'CHEST';
  views: readonly View[];
  weight: number;
}

const PROCEDURES: readonly Procedure[] = [
  {
    code: 'XRCHEST2',
    text: 'CHEST PA & LATERAL',
    modality: 'DX',
    bodyPart: 'CHEST',
    views: ['PA', 'LATERAL'],
    weight: 6,
  },
  {
    code: 'XRCHEST1P',
    text: 'CHEST 1 VIEW PORTABLE',
    modality: 'CR',
    bodyPart: 'CHEST',
    views: ['AP'],
    weight: 3,
  },
  {
    code: 'XRCHEST3',
    text: 'CHEST PA INSP/EXP & LATERAL',
    modality: 'DX',
    bodyPart: 'CHEST',
    views: ['PA', 'LATERAL', 'PA'],
    weight: 1,
  },
];

/** What the department knows of a case before anyone has looked at it. */
export interface Order {
  caseNumber: number;
  facility: Facility;
  patient: SimulatedPatient;
  procedure: Procedure;
  accession: string;
  placerNumber: string;
  fillerNumber: string;
  /** ms since 1970 */
  orderedAt: number;
  /** of the exposure; OBR-7 */
  observedAt: number;
  /** of an earlier examination that the reader compares with, null without one */
  priorAt: number | null;
  referrer: Person;
  reader: Person;
}

export interface Person {
  identifier: string;
  familyName: string;
  givenName: string;
}

/** The largest seed: it stands in the accession number, which holds at most 16 characters (PS3.5 6.2, SH). */
export const MAX_SEED = 999_999;

const REFERRERS = ['Quill', 'Tarn', 'Sorrel', 'Pike', 'Marlin', 'Heron'];
const READERS = ['Lumen', 'Grey', 'Contrast', 'Kernel', 'Voxel'];

export function orderOf(seed: number, caseNumber: number): Order {
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED)
    throw new RangeError(`the seed is a whole number from 0 to ${MAX_SEED}`);
  const random = Random.of(seed, 'order', caseNumber);
  const facility = random.weighted(FACILITIES, (item) => item.weight);
  const accession = `${facility.letter}${seed}-${String(caseNumber).padStart(7, '0')}`;
  const orderedAt =
    DEPARTMENT_EPOCH + Math.round((caseNumber + random.next()) * MINUTES_PER_CASE * 60) * 1000;
  return {
    caseNumber,
    facility,
    patient: patientOf(seed, facility, random.integer(0, PATIENTS_PER_FACILITY - 1)),
    procedure: random.weighted(PROCEDURES, (item) => item.weight),
    accession,
    placerNumber: `P${seed}-${caseNumber}`,
    fillerNumber: facility.accessionIn === 'OBR-18' ? `R${seed}-${caseNumber}` : accession,
    orderedAt,
    observedAt: orderedAt + random.integer(10, 90) * MINUTE,
    priorAt: random.chance(0.6) ? orderedAt - random.integer(1, 400) * 24 * 60 * MINUTE : null,
    referrer: person('D', REFERRERS, random),
    reader: person('R', READERS, random),
  };
}

function person(prefix: string, names: readonly string[], random: Random): Person {
  const index = random.integer(0, names.length - 1);
  return {
    identifier: `${prefix}${100 + index}`,
    familyName: `${names[index]}-Simulated`,
    givenName: random.pick(['Alex', 'Robin', 'Sam']),
  };
}
