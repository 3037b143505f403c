import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeIdentifier, encodeIdentifier, KEY } from '../../../core/dicom/identifier.ts';
import { MAX_IDENTIFIER_LENGTH } from '../../../core/dicom/limits.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { buildDataSet } from './data-set-builder.ts';

it('is written in Implicit VR Little Endian, its keys in order, UIDs padded with a NUL and the rest with a space', () => {
  const bytes = encodeIdentifier(
    'IMAGE',
    new Map([
      [KEY.SERIES, '1.2.3'],
      [KEY.STUDY, ''],
      [KEY.SOP_INSTANCE, '1.2.3.4\\1.2.3.5.6'],
      [KEY.MODALITY, 'CTA'],
    ]),
  );
  const wanted = buildDataSet(
    [
      [0x00080018, 'UI', '1.2.3.4\\1.2.3.5.6'],
      [0x00080052, 'CS', 'IMAGE'],
      [0x00080060, 'CS', 'CTA'],
      [0x0020000d, 'UI', ''],
      [0x0020000e, 'UI', '1.2.3'],
    ],
    { transferSyntaxUid: TRANSFER_SYNTAX.IMPLICIT_LITTLE },
  );
  assert.deepEqual(bytes, wanted);
});

it('gives back what it was asked for, and nothing else', () => {
  const bytes = encodeIdentifier(
    'STUDY',
    new Map([
      [KEY.STUDY, '1.2.3'],
      [KEY.STUDY_DATE, '20200101'],
    ]),
  );
  const read = decodeIdentifier(bytes, [KEY.STUDY]);
  assert.equal(read.string(KEY.STUDY), '1.2.3');
  assert.equal(read.string(KEY.STUDY_DATE), '');
});

it('is not read where it is cut off', () => {
  const bytes = encodeIdentifier('STUDY', new Map([[KEY.STUDY, '1.2.3']]));
  for (const length of [1, 7, bytes.length - 1])
    assert.throws(() => decodeIdentifier(bytes.subarray(0, length), [KEY.STUDY]), {
      code: 'DICOM_DATA_SET_UNREADABLE',
    });
});

it('is not written where a list is too long', () => {
  const long = '1.2.3\\'.repeat(MAX_IDENTIFIER_LENGTH / 6 + 1);
  assert.throws(() => encodeIdentifier('IMAGE', new Map([[KEY.SOP_INSTANCE, long]])), {
    code: 'DICOM_DATA_SET_TOO_LARGE',
  });
  assert.equal(MAX_IDENTIFIER_LENGTH, 256 * 1024);
});
