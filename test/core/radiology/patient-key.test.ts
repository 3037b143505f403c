import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { caseId } from '../../../core/radiology/case-key.ts';
import { MAX_PATIENTS_OF_CASE } from '../../../core/radiology/limits.ts';
import { patientKey, patientKeys, patientsOf } from '../../../core/radiology/patient-key.ts';
import { caseFixture } from '../../support/case-fixture.ts';

const SECRET = Buffer.from('a secret of this test');
const key = (issuer: string, identifier: string, secret = SECRET) =>
  patientKey(secret, { issuer, identifier });

test('a patient has one key, however the sender spells issuer and identifier', () => {
  assert.match(key('HOSP', 'MRN1') ?? '', /^[0-9a-f]{32}$/);
  assert.equal(key(' hosp', 'mrn1 '), key('HOSP', 'MRN1'));
});

test('another issuer, identifier or secret gives another key, and so does another way to split them', () => {
  const keys = [
    key('HOSP', 'MRN1'),
    key('HOSP', 'MRN2'),
    key('OTHER', 'MRN1'),
    key('', 'MRN1'),
    key('HOS', 'PMRN1'),
    key('HOSP', 'MRN1', Buffer.from('another secret of it')),
    caseId(SECRET, { kind: 'ACCESSION', issuer: 'HOSP', value: 'MRN1' }),
  ];
  assert.equal(new Set(keys).size, keys.length);
});

test('who has no identifier has no key', () => {
  assert.equal(key('HOSP', ' '), null);
  assert.deepEqual(patientKeys(SECRET, [{ issuer: 'HOSP', identifier: '' }]), []);
});

test('a case is found by all patients that its reports and images name', () => {
  const theCase = caseFixture({ reports: ['No effusion.'], images: [{}, {}], patient: { issuer: 'HOSP' } });
  const [first, second] = theCase.images;
  if (first === undefined || second === undefined) throw new Error('The fixture lacks images.');
  first.received.patient = { ...first.received.patient, issuer: '', identifier: 'pacs 7' };
  second.received.patient = { ...second.received.patient, identifier: '' };
  const { identifier } = theCase.reports[0]?.latest.received.patient ?? { identifier: '' };
  assert.deepEqual(patientsOf(theCase), [
    { issuer: '', identifier: 'PACS 7' },
    { issuer: 'HOSP', identifier },
  ]);
});

test('MAX_PATIENTS_OF_CASE: of more the same are taken, in whatever order they came', () => {
  const [one] = caseFixture({ images: [{}] }).images;
  if (one === undefined) throw new Error('The fixture lacks an image.');
  const images = Array.from({ length: MAX_PATIENTS_OF_CASE + 9 }, (_, i) => ({
    ...one,
    received: { ...one.received, patient: { ...one.received.patient, identifier: `MRN${i}` } },
  }));
  const expected = patientsOf({ reports: [], images });
  assert.equal(expected.length, MAX_PATIENTS_OF_CASE);
  fc.assert(
    fc.property(fc.shuffledSubarray(images, { minLength: images.length }), (shuffled) =>
      assert.deepEqual(patientsOf({ reports: [], images: shuffled }), expected),
    ),
    { numRuns: 20 },
  );
});
