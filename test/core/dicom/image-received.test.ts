import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DataSet } from '../../../core/dicom/data-set.ts';
import { type Header, headerOf } from '../../../core/dicom/header.ts';
import { imageCases, imageReceived } from '../../../core/dicom/image-received.ts';
import { DEFAULT_KEY_IMAGE_RULE, keyImageReason, objectKind } from '../../../core/dicom/key-image.ts';
import { KEY_OBJECT_SELECTION } from '../../../core/dicom/uids.ts';
import { DEFAULT_SITE } from '../../../core/radiology/case-key.ts';

const SECRET = Buffer.alloc(32, 1);
const CT = '1.2.840.10008.5.1.4.1.1.2';

function header(changes: Partial<Header>): Header {
  const empty = headerOf(new DataSet(true), true);
  return { ...empty, sopClassUid: CT, sopInstanceUid: '1.2.3.4', studyInstanceUid: '1.2.3', ...changes };
}

const accession = (value: string, assigningAuthority = '') => ({ value, assigningAuthority });

describe('imageCases', () => {
  const keys = (changes: Partial<Header>) =>
    imageCases(header(changes), 'PACS', DEFAULT_SITE, SECRET).map(({ caseKey }) => caseKey);

  it('gives one case for each accession number', () => {
    assert.deepEqual(keys({ accessions: [accession('A1'), accession('A2')] }), [
      { kind: 'ACCESSION', issuer: 'LOCAL', value: 'A1' },
      { kind: 'ACCESSION', issuer: 'LOCAL', value: 'A2' },
    ]);
  });

  it('falls back to the study, and to the object itself', () => {
    assert.deepEqual(keys({}), [{ kind: 'STUDY', issuer: '', value: '1.2.3' }]);
    assert.deepEqual(keys({ studyInstanceUid: '' }), [{ kind: 'STUDY', issuer: '', value: '1.2.3.4' }]);
  });
});

describe('imageReceived', () => {
  it('has the same event id for the same object and case, and another for another', () => {
    const [one, two] = imageCases(
      header({ accessions: [accession('A1'), accession('A2')] }),
      'P',
      DEFAULT_SITE,
      SECRET,
    );
    assert.ok(one !== undefined && two !== undefined);
    const received = {
      header: header({}),
      callingAeTitle: 'P',
      transferSyntaxUid: '1.2',
      named: { references: [], titleCode: '', cutOff: false },
      keyImage: 'NONE' as const,
      object: { sha256: 'aa', size: 4, mediaType: 'application/dicom' },
      receivedAt: 5,
    };
    const event = imageReceived(one, received);
    assert.equal(event.caseId, one.caseId);
    assert.equal(event.kind, 'IMAGE');
    assert.equal(event.problem, null);
    assert.equal(imageReceived(one, { ...received, receivedAt: 9 }).eventId, event.eventId);
    assert.notEqual(imageReceived(two, received).eventId, event.eventId);
    const other = { ...received, object: { ...received.object, sha256: 'bb' } };
    assert.notEqual(imageReceived(one, other).eventId, event.eventId);
    const cutOff = { ...received, named: { ...received.named, cutOff: true } };
    assert.equal(imageReceived(one, cutOff).problem, 'DICOM_TOO_MANY_REFERENCES');
  });
});

describe('keyImageReason', () => {
  const reason = (changes: Partial<Header>, known = {}, seriesMaximum = 0) =>
    keyImageReason(
      header(changes),
      { ...DEFAULT_KEY_IMAGE_RULE, seriesMaximum },
      { named: false, placeInSeries: 1, ...known },
    );

  it('follows the site rule', () => {
    assert.equal(reason({ modality: 'CT' }), 'NONE');
    assert.equal(reason({ modality: 'CT' }, { named: true }), 'NAMED');
    for (const modality of ['CR', 'DX', 'MG', 'US']) assert.equal(reason({ modality }), 'SMALL_SERIES');
    assert.equal(reason({ modality: 'CT', sopClassUid: '1.2.840.10008.5.1.4.1.1.7' }), 'SECONDARY_CAPTURE');
    assert.equal(reason({ modality: 'CT', sopClassUid: '1.2.840.10008.5.1.4.1.1.7.2' }), 'SECONDARY_CAPTURE');
  });

  it('takes the first images of other series where the site wants them', () => {
    assert.equal(reason({ modality: 'CT' }, { placeInSeries: 2 }, 2), 'SMALL_SERIES');
    assert.equal(reason({ modality: 'CT' }, { placeInSeries: 3 }, 2), 'NONE');
  });

  it('takes nothing without a picture', () => {
    assert.equal(reason({ modality: 'US', hasPixelData: false }), 'NONE');
    assert.equal(reason({ sopClassUid: KEY_OBJECT_SELECTION, hasPixelData: false }, { named: true }), 'NONE');
  });
});

describe('objectKind', () => {
  it('tells selections and presentation states from images and the rest', () => {
    assert.equal(objectKind(header({})), 'IMAGE');
    assert.equal(objectKind(header({ hasPixelData: false })), 'OTHER');
    assert.equal(objectKind(header({ sopClassUid: KEY_OBJECT_SELECTION })), 'KEY_OBJECT_SELECTION');
    assert.equal(objectKind(header({ sopClassUid: '1.2.840.10008.5.1.4.1.1.11.1' })), 'PRESENTATION_STATE');
  });
});
