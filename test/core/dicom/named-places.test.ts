import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { namedPlaces } from '../../../core/dicom/named-places.ts';
import { part10Header, readPart10 } from '../../../core/dicom/part10.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { keySelection } from '../../support/archive-studies.ts';
import { buildDataSet, type Item } from './data-set-builder.ts';

const image = (uid: string, study: string, series: string) => ({ uid, study, series, file: Buffer.alloc(0) });
const selection = keySelection('1.2', [
  image('1.2.1.4', '1.2', '1.2.1'),
  image('1.9.1.2', '1.9', '1.9.1'),
]).file;
const places = [
  { sopInstanceUid: '1.2.1.4', study: '1.2', series: '1.2.1' },
  { sopInstanceUid: '1.9.1.2', study: '1.9', series: '1.9.1' },
];

function fileOf(dataSet: Buffer, transferSyntaxUid: string = TRANSFER_SYNTAX.EXPLICIT_LITTLE): Buffer {
  return Buffer.concat([
    part10Header({ sopClassUid: '1.2', sopInstanceUid: '1.3', transferSyntaxUid }),
    dataSet,
  ]);
}

it('of a selection are those of its evidence, of other studies, too', () => {
  assert.deepEqual(namedPlaces(selection), places);
});

it('are read of a deflated selection; one that cannot be inflated is unreadable', () => {
  const dataSet = selection.subarray(readPart10(selection)?.dataSetOffset ?? 0);
  const deflated = deflateRawSync(dataSet);
  assert.deepEqual(namedPlaces(fileOf(deflated, TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE)), places);
  assert.throws(() => namedPlaces(fileOf(Buffer.from('no'), TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE)), {
    code: 'DICOM_DATA_SET_UNREADABLE',
  });
});

it('of a presentation state are in its own study', () => {
  const references: Item = [
    [0x00081140, 'SQ', [[[0x00081155, 'UI', '1.2.1.7']]]],
    [0x0020000e, 'UI', '1.2.1'],
  ];
  const state = buildDataSet([
    [0x00081115, 'SQ', [references]],
    [0x0020000d, 'UI', '1.2'],
  ]);
  assert.deepEqual(namedPlaces(fileOf(state)), [
    { sopInstanceUid: '1.2.1.7', study: '1.2', series: '1.2.1' },
  ]);
});

it('are empty where a selection does not say them, or says what is no UID', () => {
  for (const evidence of [[], [[[0x0020000d, 'UI', '../x'] as Item[number]]]]) {
    const dataSet = buildDataSet([
      [0x0040a375, 'SQ', evidence],
      [0x0040a730, 'SQ', [[[0x00081199, 'SQ', [[[0x00081155, 'UI', '1.2.1.4']]]]]]],
    ]);
    assert.deepEqual(namedPlaces(fileOf(dataSet)), [{ sopInstanceUid: '1.2.1.4', study: '', series: '' }]);
  }
});

it('of a rejection note are none', () => {
  const note = Buffer.from(selection);
  note.write('113001', note.indexOf('113000'), 'latin1');
  assert.deepEqual(namedPlaces(note), []);
});
