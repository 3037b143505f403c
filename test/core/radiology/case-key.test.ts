import assert from 'node:assert/strict';
import test from 'node:test';
import {
  accessionPathsOf,
  canonicalCaseKey,
  caseId,
  DEFAULT_SITE,
  imageCaseKeys,
  isCaseId,
  normaliseAccession,
  parseSiteTable,
  reportCaseKey,
} from '../../../core/radiology/case-key.ts';

const SECRET = Buffer.from('a secret of the site, long enough');

test('a report and an image of one accession meet though neither names an issuer', () => {
  const report = reportCaseKey(DEFAULT_SITE, {
    facility: 'GENERAL',
    assigningAuthority: '',
    accession: ' acc-17 ',
    fillerNumber: 'F1',
  });
  const [image] = imageCaseKeys(DEFAULT_SITE, {
    callingAeTitle: 'CR1',
    institution: '',
    accessions: [{ value: 'ACC-17', assigningAuthority: '' }],
    studyInstanceUid: '1.2.3',
  });
  assert.deepEqual(report, image);
  assert.equal(caseId(SECRET, report), image && caseId(SECRET, image));
});

test('the same accession number of two issuers gives two cases', () => {
  const site = parseSiteTable({
    facilities: { 'North Hospital': 'NORTH' },
    aeTitles: { CR_NORTH: 'north' },
    institutions: { 'South Hospital': 'SOUTH' },
  });
  const north = reportCaseKey(site, {
    facility: 'north  hospital',
    assigningAuthority: '',
    accession: '1',
    fillerNumber: '',
  });
  const image = (callingAeTitle: string, institution: string) =>
    imageCaseKeys(site, {
      callingAeTitle,
      institution,
      accessions: [{ value: '1', assigningAuthority: '' }],
      studyInstanceUid: '1.2',
    })[0];
  assert.deepEqual(image('CR_NORTH', 'South Hospital'), north);
  assert.equal(image('ELSEWHERE', 'SOUTH HOSPITAL')?.issuer, 'SOUTH');
  assert.equal(image('ELSEWHERE', '')?.issuer, 'LOCAL');
});

test('an image belongs to every accession it names, each once', () => {
  const keys = imageCaseKeys(DEFAULT_SITE, {
    callingAeTitle: 'CT1',
    institution: '',
    accessions: ['A1', 'a1 ', 'A2', ''].map((value) => ({ value, assigningAuthority: '' })),
    studyInstanceUid: '1.2.3',
  });
  assert.deepEqual(
    keys.map((key) => key.value),
    ['A1', 'A2'],
  );
});

test('without an accession an image is keyed by its study, a report by facility and filler number', () => {
  const [image] = imageCaseKeys(DEFAULT_SITE, {
    callingAeTitle: 'CT1',
    institution: '',
    accessions: [{ value: 'none', assigningAuthority: '' }],
    studyInstanceUid: '1.2.3',
  });
  assert.deepEqual(image, { kind: 'STUDY', issuer: '', value: '1.2.3' });
  const report = reportCaseKey(DEFAULT_SITE, {
    facility: 'general',
    assigningAuthority: '',
    accession: 'NONSENSE100',
    fillerNumber: 'f9',
  });
  assert.deepEqual(report, { kind: 'REPORT', issuer: 'GENERAL', value: 'F9' });
});

test('leading zeros of an accession number count', () => {
  assert.notEqual(normaliseAccession(DEFAULT_SITE, '0123'), normaliseAccession(DEFAULT_SITE, '123'));
});

test('the parts of a key cannot run into each other', () => {
  const a = canonicalCaseKey({ kind: 'REPORT', issuer: 'A', value: 'B C' });
  const b = canonicalCaseKey({ kind: 'REPORT', issuer: 'A B', value: 'C' });
  assert.notEqual(a, b);
});

test('a case id is 128 bits in hex and depends on the secret', () => {
  const key = { kind: 'ACCESSION', issuer: 'LOCAL', value: '1' } as const;
  assert.match(caseId(SECRET, key), /^[0-9a-f]{32}$/);
  assert.ok(isCaseId(caseId(SECRET, key)));
  for (const other of ['', 'unknown', 'A'.repeat(32), 'a'.repeat(31), 'a'.repeat(33), `${'a'.repeat(32)}\n`])
    assert.ok(!isCaseId(other), other);
  assert.notEqual(caseId(SECRET, key), caseId(Buffer.from('another secret of another site'), key));
});

test('a facility can have accession paths of its own', () => {
  const site = parseSiteTable({ accessionPaths: { ' south  Hospital': ['OBR-20', 'OBX(11525-3)-5'] } });
  assert.deepEqual(accessionPathsOf(site, 'South hospital '), ['OBR-20', 'OBX(11525-3)-5']);
  assert.equal(accessionPathsOf(site, 'NORTH'), undefined);
  for (const accessionPaths of [[], { A: 'OBR-3' }, { A: [] }, { A: [3] }])
    assert.throws(() => parseSiteTable({ accessionPaths }), { code: 'CONFIG_INVALID' });
});

test('a site table with an unknown or misshapen entry is refused', () => {
  for (const table of [null, [], { facility: {} }, { facilities: { A: 1 } }, { defaultIssuer: ' ' }])
    assert.throws(() => parseSiteTable(table), { code: 'CONFIG_INVALID' });
});
