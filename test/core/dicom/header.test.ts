import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DataSetReader } from '../../../core/dicom/data-set-reader.ts';
import { headerOf, wantedOf } from '../../../core/dicom/header.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { buildDataSet, type Item } from './data-set-builder.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';

function header(elements: Item) {
  const reader = new DataSetReader(TRANSFER_SYNTAX.EXPLICIT_LITTLE, wantedOf(CT));
  reader.push(buildDataSet(elements));
  reader.end();
  return headerOf(reader.dataSet, reader.hasPixelData);
}

describe('headerOf', () => {
  it('reads what an event needs', () => {
    const found = header([
      [0x00080005, 'CS', 'ISO_IR 100'],
      [0x00080016, 'UI', CT],
      [0x00080018, 'UI', '1.2.3.4'],
      [0x00080020, 'DA', '20240131'],
      [0x00080050, 'SH', ' A-1 '],
      [0x00080060, 'CS', 'CT'],
      [0x00080070, 'LO', 'ACME'],
      [0x00080080, 'LO', 'H\xf4pital'],
      [0x00081010, 'SH', 'CT-ONE'],
      [0x00081030, 'LO', 'THORAX'],
      [0x00081090, 'LO', 'Scan 64'],
      [0x00100010, 'PN', 'Buc^J\xe9r\xf4me'],
      [0x00100020, 'LO', 'P1'],
      [0x00100021, 'LO', 'HOSPITAL'],
      [0x00100030, 'DA', '1960.02.03'],
      [0x00100040, 'CS', 'm'],
      [0x00180015, 'CS', 'CHEST'],
      [0x00185101, 'CS', 'PA'],
      [0x0020000d, 'UI', '1.2.3'],
      [0x0020000e, 'UI', '1.2.3.1'],
      [0x00200011, 'IS', '3'],
      [0x00200013, 'IS', ' 55 '],
      [0x00200062, 'CS', 'L'],
      [0x00280008, 'IS', '12'],
      [0x00280010, 'US', 512],
      [0x00280011, 'US', 256],
      [0x7fe00010, 'OW', Buffer.alloc(4)],
    ]);
    assert.deepEqual(found, {
      sopClassUid: CT,
      sopInstanceUid: '1.2.3.4',
      studyInstanceUid: '1.2.3',
      seriesInstanceUid: '1.2.3.1',
      seriesNumber: 3,
      instanceNumber: 55,
      numberOfFrames: 12,
      rows: 512,
      columns: 256,
      modality: 'CT',
      bodyPart: 'CHEST',
      viewPosition: 'PA',
      laterality: 'L',
      studyDescription: 'THORAX',
      studyDate: '20240131',
      institution: 'Hôpital',
      equipment: { station: 'CT-ONE', manufacturer: 'ACME', model: 'Scan 64' },
      patient: {
        issuer: 'HOSPITAL',
        identifier: 'P1',
        familyName: 'Buc',
        givenName: 'Jérôme',
        birthDate: '19600203',
        sex: 'M',
      },
      accessions: [{ value: 'A-1', assigningAuthority: '' }],
      hasPixelData: true,
    });
  });

  it('is content with nothing', () => {
    const found = header([]);
    assert.equal(found.sopInstanceUid, '');
    assert.equal(found.numberOfFrames, 1);
    assert.equal(found.seriesNumber, null);
    assert.deepEqual(found.accessions, []);
    assert.equal(found.patient.sex, '');
  });

  it('finds every accession number once, with the issuer that is nearest', () => {
    const issuer = (name: string): Item => [[0x00400031, 'UT', name]];
    const found = header([
      [0x00080050, 'SH', 'A1'],
      [0x00080051, 'SQ', [issuer('OWN')]],
      [
        0x00400275,
        'SQ',
        [
          [[0x00080050, 'SH', 'A2']],
          [
            [0x00080050, 'SH', 'A3'],
            [0x00080051, 'SQ', [[[0x00400032, 'UT', '1.2.9']]]],
          ],
          [[0x00080050, 'SH', 'A1']],
          [[0x00080050, 'SH', '']],
        ],
      ],
    ]);
    assert.deepEqual(found.accessions, [
      { value: 'A1', assigningAuthority: 'OWN' },
      { value: 'A2', assigningAuthority: 'OWN' },
      { value: 'A3', assigningAuthority: '1.2.9' },
    ]);
  });

  it('takes the ideographic name where there is no alphabetic one', () => {
    const name = Buffer.from('=王^小東', 'utf8');
    const { patient } = header([
      [0x00080005, 'CS', 'ISO_IR 192'],
      [0x00100010, 'PN', name],
    ]);
    assert.deepEqual([patient.familyName, patient.givenName], ['王', '小東']);
  });

  it('leaves out numbers and dates that are none', () => {
    const found = header([
      [0x00080020, 'DA', '2024'],
      [0x00200013, 'IS', 'two'],
      [0x00280008, 'IS', '-4'],
    ]);
    assert.equal(found.studyDate, '');
    assert.equal(found.instanceNumber, null);
    assert.equal(found.numberOfFrames, 1);
  });
});
