import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { dataSetBytes } from '../../../core/dicom/data-set-bytes.ts';
import { dicomObjectOf } from '../../../core/dicom/dicom-object.ts';
import { part10Header, readPart10 } from '../../../core/dicom/part10.ts';
import { isStorageSopClass, isUid, TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { codeOf } from '../../../core/errors.ts';
import { buildDataSet, type Item } from './data-set-builder.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const ELEMENTS: Item = [
  [0x00080016, 'UI', CT],
  [0x00080018, 'UI', '1.2.3'],
];

describe('part10Header', () => {
  it('is read as it was written, and depends on the object only', () => {
    const meta = {
      sopClassUid: CT,
      sopInstanceUid: '1.2.3',
      transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_BIG,
    };
    const bytes = part10Header(meta);
    assert.deepEqual(readPart10(bytes), { ...meta, dataSetOffset: bytes.length });
    assert.deepEqual(part10Header(meta), bytes);
    assert.equal(bytes.readUInt32LE(140), bytes.length - 144, '(0002,0000)');
  });

  it('is not seen where there is none, and refused where it is cut off', () => {
    assert.equal(readPart10(Buffer.alloc(10)), null);
    assert.equal(readPart10(buildDataSet(ELEMENTS)), null);
    const whole = part10Header({
      sopClassUid: CT,
      sopInstanceUid: '1.2.3',
      transferSyntaxUid: '1.2.840.10008.1.2',
    });
    assert.throws(
      () => readPart10(whole.subarray(0, -1)),
      (error) => codeOf(error) === 'DICOM_DATA_SET_UNREADABLE',
    );
  });
});

describe('dicomObjectOf', () => {
  it('takes a file apart', () => {
    const meta = {
      sopClassUid: CT,
      sopInstanceUid: '1.2.3',
      transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_LITTLE,
    };
    const dataSet = buildDataSet(ELEMENTS);
    assert.deepEqual(dicomObjectOf(Buffer.concat([part10Header(meta), dataSet])), { ...meta, dataSet });
  });

  it('recognises bare data sets', () => {
    for (const transferSyntaxUid of [
      TRANSFER_SYNTAX.IMPLICIT_LITTLE,
      TRANSFER_SYNTAX.EXPLICIT_LITTLE,
      TRANSFER_SYNTAX.EXPLICIT_BIG,
    ]) {
      const object = dicomObjectOf(buildDataSet(ELEMENTS, { transferSyntaxUid }));
      assert.equal(object.transferSyntaxUid, transferSyntaxUid);
      assert.equal(object.sopInstanceUid, '1.2.3');
    }
  });

  it('looks into a deflated data set', () => {
    const meta = {
      sopClassUid: '',
      sopInstanceUid: '',
      transferSyntaxUid: TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE,
    };
    const file = Buffer.concat([part10Header(meta), deflateRawSync(buildDataSet(ELEMENTS))]);
    assert.equal(dicomObjectOf(file).sopInstanceUid, '1.2.3');
  });

  it('inflates no more than has room', () => {
    const bomb = deflateRawSync(Buffer.alloc(100_000));
    const deflated = TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE;
    assert.equal(dataSetBytes(bomb, deflated, 100_000).length, 100_000);
    assert.throws(
      () => dataSetBytes(bomb, deflated, 99_999),
      (error) => codeOf(error) === 'DICOM_DATA_SET_UNREADABLE',
    );
  });

  it('refuses what is no DICOM object', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('hello, this is a text file'), Buffer.alloc(200)]) {
      assert.throws(
        () => dicomObjectOf(bytes),
        (error) => codeOf(error) === 'DICOM_DATA_SET_UNREADABLE',
      );
    }
  });
});

describe('UIDs', () => {
  it('are digits and dots as PS3.5 9.1 has them', () => {
    assert.equal(isUid('1.2.840.10008.1.2'), true);
    for (const bad of ['', '1..2', '1.02', '1.2.', 'x', `1.${'1'.repeat(64)}`])
      assert.equal(isUid(bad), false, bad);
  });

  it('of the storage arc are taken', () => {
    assert.equal(isStorageSopClass(CT), true);
    assert.equal(isStorageSopClass('1.2.840.10008.5.1.4.1.2.2.1'), false);
  });
});
