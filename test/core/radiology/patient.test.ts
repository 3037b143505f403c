import assert from 'node:assert/strict';
import test from 'node:test';
import type { Patient } from '../../../core/radiology/events.ts';
import { comparePatients, NO_PATIENT, type PatientComparison } from '../../../core/radiology/patient.ts';

const ROE: Patient = {
  issuer: 'MRN',
  identifier: '1',
  familyName: 'Roe',
  givenName: 'Jane',
  birthDate: '19700102',
  sex: 'F',
};

const cases: [string, Partial<Patient>, Partial<Patient>, PatientComparison][] = [
  ['same issuer and identifier', {}, { familyName: 'ROE-SMITH' }, 'AGREE'],
  ['different identifiers of one issuer', {}, { identifier: '2' }, 'DISAGREE'],
  ['other issuer, same person', {}, { issuer: 'OTHER', identifier: '77' }, 'AGREE'],
  [
    'no issuer on one side, same identifier',
    {},
    { issuer: '', familyName: '', givenName: '', birthDate: '' },
    'AGREE',
  ],
  [
    'no issuer, other name and birth date',
    {},
    { issuer: '', identifier: '9', familyName: 'Poe', birthDate: '19991231' },
    'DISAGREE',
  ],
  ['other name only', {}, { issuer: '', identifier: '9', familyName: 'Poe' }, 'CANNOT_TELL'],
  ['other name and other sex', {}, { issuer: '', identifier: '9', familyName: 'Poe', sex: 'M' }, 'DISAGREE'],
  ['nothing known', {}, NO_PATIENT, 'CANNOT_TELL'],
  [
    'case and punctuation of a name',
    { issuer: '' },
    { issuer: '', identifier: '', familyName: 'ROE.' },
    'AGREE',
  ],
];

for (const [name, a, b, expected] of cases)
  test(`${name}: ${expected}`, () => {
    assert.equal(comparePatients({ ...ROE, ...a }, { ...ROE, ...b }), expected);
    assert.equal(
      comparePatients({ ...ROE, ...b }, { ...ROE, ...a }),
      expected,
      'the order of the sides does not matter',
    );
  });
