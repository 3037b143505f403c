import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DataSetReader } from '../../../core/dicom/data-set-reader.ts';
import { wantedOf } from '../../../core/dicom/header.ts';
import { namedObjects } from '../../../core/dicom/key-object.ts';
import { MAX_REFERENCED_FRAMES, MAX_REFERENCES } from '../../../core/dicom/limits.ts';
import { KEY_OBJECT_SELECTION, TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { isRejectionNote } from '../../../core/radiology/rejections.ts';
import { buildDataSet, type Item } from './data-set-builder.ts';

function named(elements: Item, sopClassUid: string = KEY_OBJECT_SELECTION) {
  const reader = new DataSetReader(TRANSFER_SYNTAX.EXPLICIT_LITTLE, wantedOf(sopClassUid));
  reader.push(buildDataSet(elements, { undefinedLength: true }));
  reader.end();
  return namedObjects(reader.dataSet);
}

function reference(uid: string, frames = ''): Item {
  const item: Item = [
    [0x00081150, 'UI', '1.2.840.10008.5.1.4.1.1.2'],
    [0x00081155, 'UI', uid],
  ];
  return frames === '' ? item : [...item, [0x00081160, 'IS', frames]];
}

const TITLE: Item[number] = [0x0040a043, 'SQ', [[[0x00080100, 'SH', '113000']]]];
const content = (...items: Item[]): Item[number] => [
  0x0040a730,
  'SQ',
  items.map((item): Item => [[0x00081199, 'SQ', [item]]]),
];
const evidence = (...items: Item[]): Item[number] => [
  0x0040a375,
  'SQ',
  [[[0x00081115, 'SQ', [[[0x00081199, 'SQ', items]]]]]],
];

describe('namedObjects', () => {
  it('takes the content tree of a selection, with frames and title', () => {
    assert.deepEqual(
      named([TITLE, evidence(reference('1.9')), content(reference('1.2'), reference('1.3', '4\\2'))]),
      {
        references: [
          { sopInstanceUid: '1.2', frames: [] },
          { sopInstanceUid: '1.3', frames: [2, 4] },
        ],
        titleCode: '113000',
        cutOff: false,
        rejected: [],
      },
    );
  });

  it('takes the evidence where the tree names nothing', () => {
    const { references } = named([TITLE, evidence(reference('1.9'), reference('1.8')), content([])]);
    assert.deepEqual(
      references.map((one) => one.sopInstanceUid),
      ['1.9', '1.8'],
    );
  });

  it('finds references deeper in the tree', () => {
    const inner: Item = [[0x0040a730, 'SQ', [[[0x00081199, 'SQ', [reference('1.5')]]]]]];
    assert.deepEqual(named([[0x0040a730, 'SQ', [inner]]]).references, [
      { sopInstanceUid: '1.5', frames: [] },
    ]);
  });

  it('takes the images of the series that a presentation state refers to', () => {
    const series: Item[number] = [
      0x00081115,
      'SQ',
      [[[0x00081140, 'SQ', [reference('1.2'), reference('1.4')]]]],
    ];
    const { references, titleCode } = named([series], '1.2.840.10008.5.1.4.1.1.11.1');
    assert.equal(references.length, 2);
    assert.equal(titleCode, '');
  });

  it('puts together what names an object twice; the whole object wins over frames', () => {
    const twice = named([
      content(reference('1.2', '1'), reference('1.2', '3'), reference('1.3', '1'), reference('1.3')),
    ]);
    assert.deepEqual(twice.references, [
      { sopInstanceUid: '1.2', frames: [1, 3] },
      { sopInstanceUid: '1.3', frames: [] },
    ]);
  });

  it('says so when it names more than an event can hold', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => reference(`1.${index + 1}`));
    assert.equal(named([content(...many(MAX_REFERENCES))]).cutOff, false);
    const cut = named([content(...many(MAX_REFERENCES + 1))]);
    assert.equal(cut.cutOff, true);
    assert.equal(cut.references.length, MAX_REFERENCES);
    const frames = (count: number) => Array.from({ length: count }, (_, index) => index + 1).join('\\');
    assert.equal(named([content(reference('1.2', frames(MAX_REFERENCED_FRAMES)))]).cutOff, false);
    const cutFrames = named([content(reference('1.2', frames(MAX_REFERENCED_FRAMES + 1)))]);
    assert.equal(cutFrames.cutOff, true);
    assert.equal(cutFrames.references[0]?.frames.length, MAX_REFERENCED_FRAMES);
  });

  it('a rejection note withdraws all that it names, whole, however much that is and under whatever title code it stands', () => {
    const title = (...codes: Item[]): Item[number] => [0x0040a043, 'SQ', codes];
    const scheme = (value: string): Item => [
      [0x00080100, 'SH', '113001'],
      [0x00080102, 'SH', value],
    ];
    const many = Array.from({ length: MAX_REFERENCES + 5 }, (_, index) => reference(`1.${index + 1}`, '3'));
    for (const code of [scheme('DCM'), scheme('SRT'), [[0x00080119, 'UC', '113001']] as Item]) {
      const note = named([title(code), content(...many)]);
      assert.equal(note.rejected.length, many.length);
      assert.equal(note.rejected.at(-1), `1.${many.length}`);
    }
    const twice = named([title([[0x00080100, 'SH', 'X1']], scheme('DCM')), content(reference('1.2'))]);
    assert.equal(twice.titleCode, '113001');
    assert.deepEqual(named([title(scheme('DCM')), evidence(reference('1.9'))]).rejected, ['1.9']);
    assert.deepEqual(named([TITLE, content(reference('1.2'))]).rejected, []);
  });

  it('takes UIDs as images have them: an image may come with a component that begins with a zero', () => {
    assert.equal(named([content(reference('1.02.3'))]).references[0]?.sopInstanceUid, '1.02.3');
    assert.deepEqual(named([content(reference('name'), reference(''))]).references, []);
  });

  it('keeps no references of an image', () => {
    assert.deepEqual(named([content(reference('1.2'))], '1.2.840.10008.5.1.4.1.1.2').references, []);
  });
});

describe('isRejectionNote', () => {
  it('knows the titles that withdraw', () => {
    assert.deepEqual(['113001', '113037', '113038', '113039'].map(isRejectionNote), [true, true, true, true]);
    assert.equal(isRejectionNote('113000'), false);
  });
});
