import { compactDate, DAY, DEPARTMENT_EPOCH } from './clock.ts';
import type { Facility } from './facilities.ts';
import { Random } from './random.ts';

/** An invented person. Every family name ends in a word that no real name has. */
export interface SimulatedPatient {
  /** medical record number of the facility */
  identifier: string;
  /** assigning authority of the identifier (CX-4) */
  issuer: string;
  familyName: string;
  givenName: string;
  /** YYYYMMDD */
  birthDate: string;
  sex: 'F' | 'M';
  /** in years, at the department's epoch */
  age: number;
}

/** Patients of a facility; with one case every few minutes some come back. */
export const PATIENTS_PER_FACILITY = 2000;

const FAMILY = [
  'Aster', 'Birch', 'Cedar', 'Dahlia', 'Elm', 'Fern', 'Ginkgo', 'Hazel', 'Iris', 'Juniper', 'Kapok', 'Larch', 'Maple',
  'Nettle', 'Oak', 'Poplar', 'Quince', 'Rowan', 'Spruce', 'Tulip', 'Ulmus', 'Violet', 'Willow', 'Yarrow', 'Zinnia',
]; // biome-ignore format: a table
const SUFFIX = [
  '-Phantom',
  '-Simulated',
  '-Testcase',
  '-Synthetic',
  'Müster-Phantom',
  'Ségur-Simulated',
  "O'Test-Phantom",
];
const FEMALE = [
  'Ada',
  'Beryl',
  'Clio',
  'Dora',
  'Edda',
  'Freya',
  'Greta',
  'Hedda',
  'Ines',
  'Juno',
  'Kaia',
  'Zoë',
];
const MALE = [
  'Abel',
  'Bruno',
  'Caleb',
  'Dario',
  'Emil',
  'Felix',
  'Gideon',
  'Hugo',
  'Ivo',
  'Jonas',
  'Karl',
  'René',
];

/** Patient `number` (0 to `PATIENTS_PER_FACILITY` − 1) of a facility. */
export function patientOf(seed: number, facility: Facility, number: number): SimulatedPatient {
  const random = Random.of(seed, 'patient', facility.code, number);
  const sex = random.chance(0.5) ? 'F' : 'M';
  const age = Math.round(Math.min(95, Math.max(18, 58 + 18 * random.normal())));
  const suffix = random.weighted(SUFFIX, (value) => (value.startsWith('-') ? 6 : 1));
  return {
    identifier: `SIM${facility.letter}${seed}-${String(number).padStart(5, '0')}`,
    issuer: facility.assigningAuthority,
    familyName: suffix.startsWith('-') ? `${random.pick(FAMILY)}${suffix}` : suffix,
    givenName: random.pick(sex === 'F' ? FEMALE : MALE),
    birthDate: compactDate(DEPARTMENT_EPOCH - Math.round((age + random.next()) * 365.25) * DAY),
    sex,
    age,
  };
}
