import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { DataSet } from '../../../core/dicom/data-set.ts';
import { DataSetReader, type Wanted } from '../../../core/dicom/data-set-reader.ts';
import {
  MAX_ELEMENTS,
  MAX_KEPT_TOTAL,
  MAX_KEPT_VALUE,
  MAX_SEQUENCE_DEPTH,
} from '../../../core/dicom/limits.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { codeOf } from '../../../core/errors.ts';
import {
  type BuildOptions,
  buildDataSet,
  buildElement,
  buildHeader,
  cut,
  type Item,
} from './data-set-builder.ts';

const SOP = 0x00080018;
const ACCESSION = 0x00080050;
const ROWS = 0x00280010;
const REQUESTS = 0x00400275;
const OTHER_SEQUENCE = 0x00081140;
const WANTED: Wanted = { values: new Set([SOP, ACCESSION, ROWS]), sequences: new Set([REQUESTS]) };

const ELEMENTS: Item = [
  [0x00080000, 'UL', Buffer.alloc(4)],
  [SOP, 'UI', '1.2.3'],
  [ACCESSION, 'SH', 'A1'],
  [
    OTHER_SEQUENCE,
    'SQ',
    [
      [[SOP, 'UI', '9.9']],
      [
        [ACCESSION, 'SH', 'no'],
        [OTHER_SEQUENCE, 'SQ', [[]]],
      ],
    ],
  ],
  [0x00091001, 'OB', Buffer.alloc(5000)],
  [ROWS, 'US', 513],
  [REQUESTS, 'SQ', [[[ACCESSION, 'SH', 'A2']], [[ACCESSION, 'SH', 'A3']]]],
];

const SYNTAXES = [
  TRANSFER_SYNTAX.EXPLICIT_LITTLE,
  TRANSFER_SYNTAX.IMPLICIT_LITTLE,
  TRANSFER_SYNTAX.EXPLICIT_BIG,
] as const;

function read(chunks: readonly Buffer[], syntax: string = TRANSFER_SYNTAX.EXPLICIT_LITTLE): DataSetReader {
  const reader = new DataSetReader(syntax, WANTED);
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return reader;
}

function codeOfReading(bytes: Buffer, syntax?: string): string {
  try {
    read([bytes], syntax);
    return 'none';
  } catch (error) {
    return codeOf(error);
  }
}

function summary(dataSet: DataSet) {
  return {
    sop: dataSet.string(SOP),
    accession: dataSet.string(ACCESSION),
    rows: dataSet.unsignedShort(ROWS),
    requests: dataSet.items(REQUESTS).map((item) => item.string(ACCESSION)),
    kept: dataSet.values.size + dataSet.sequences.size,
  };
}

const EXPECTED = { sop: '1.2.3', accession: 'A1', rows: 513, requests: ['A2', 'A3'], kept: 4 };

describe('DataSetReader', () => {
  for (const transferSyntaxUid of SYNTAXES) {
    for (const undefinedLength of [false, true]) {
      it(`reads what is wanted in ${transferSyntaxUid}, undefined length ${undefinedLength}`, () => {
        const options: BuildOptions = { transferSyntaxUid, undefinedLength };
        const bytes = buildDataSet(ELEMENTS, options);
        assert.deepEqual(summary(read([bytes], transferSyntaxUid).dataSet), EXPECTED);
        fc.assert(
          fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (places) => {
            assert.deepEqual(summary(read(cut(bytes, places), transferSyntaxUid).dataSet), EXPECTED);
          }),
          { numRuns: 50 },
        );
      });
    }
  }

  it('stops at Pixel Data, whatever follows', () => {
    const reader = new DataSetReader(TRANSFER_SYNTAX.EXPLICIT_LITTLE, WANTED);
    const header = buildDataSet(ELEMENTS);
    reader.push(header);
    assert.equal(reader.done, false);
    reader.push(buildElement(0x7fe00000, 'UL', Buffer.alloc(4)));
    reader.push(buildHeader(0x7fe00010, 'OW', 0xfffffff0, TRANSFER_SYNTAX.EXPLICIT_LITTLE));
    assert.equal(reader.done, true);
    assert.equal(reader.hasPixelData, true);
    assert.equal(reader.pixelDataAt, header.length + 12);
    reader.push(Buffer.from('anything'));
    reader.end();
    assert.deepEqual(summary(reader.dataSet), EXPECTED);
  });

  it('knows that a data set has no Pixel Data', () => {
    assert.equal(read([buildDataSet(ELEMENTS)]).hasPixelData, false);
    const signature = buildElement(0xfffafffa, 'SQ', []);
    assert.equal(read([Buffer.concat([buildDataSet(ELEMENTS), signature])]).hasPixelData, false);
  });

  it('reads a sequence that an archive turned into UN (PS3.5 6.2.2 note 2)', () => {
    const implicit = { transferSyntaxUid: TRANSFER_SYNTAX.IMPLICIT_LITTLE, undefinedLength: true };
    const items = buildElement(REQUESTS, 'SQ', [[[ACCESSION, 'SH', 'A9']]], implicit).subarray(8);
    const header = buildHeader(REQUESTS, 'UN', 0xffffffff, TRANSFER_SYNTAX.EXPLICIT_LITTLE);
    const after = buildElement(ROWS, 'US', 7);
    const { dataSet } = read([Buffer.concat([header, items, after])]);
    assert.deepEqual(summary(dataSet).requests, ['A9']);
    assert.equal(dataSet.unsignedShort(ROWS), 7);
  });

  it('passes over encapsulated pixels of an icon', () => {
    const fragments = Buffer.concat([
      buildHeader(0x00880200, 'SQ', 0xffffffff, SYNTAXES[0]),
      buildHeader(0xfffee000, '', 0xffffffff, SYNTAXES[0]),
      buildHeader(0x7fe00010, 'OB', 0xffffffff, SYNTAXES[0]),
      buildHeader(0xfffee000, '', 0, SYNTAXES[0]),
      buildHeader(0xfffee000, '', 6, SYNTAXES[0]),
      Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0]), // looks like a delimiter, and is none
      buildHeader(0xfffee0dd, '', 0, SYNTAXES[0]),
      buildHeader(0xfffee00d, '', 0, SYNTAXES[0]),
      buildHeader(0xfffee0dd, '', 0, SYNTAXES[0]),
    ]);
    const reader = read([
      Buffer.concat([buildElement(SOP, 'UI', '1.2'), fragments, buildElement(ROWS, 'US', 5)]),
    ]);
    assert.equal(reader.dataSet.unsignedShort(ROWS), 5);
    assert.equal(reader.hasPixelData, false);
  });

  it('passes over items that stand outside of a sequence', () => {
    const item = buildHeader(0xfffee000, '', 8, SYNTAXES[0]);
    const bytes = Buffer.concat([item, Buffer.alloc(8), buildElement(ROWS, 'US', 5)]);
    assert.equal(read([bytes]).dataSet.unsignedShort(ROWS), 5);
  });

  it('refuses what is cut off, and knows the places where it may end', () => {
    const bytes = buildDataSet(ELEMENTS, { undefinedLength: true });
    const ends = new Set<number>([0]);
    for (let count = 1; count <= ELEMENTS.length; count += 1) {
      ends.add(buildDataSet(ELEMENTS.slice(0, count), { undefinedLength: true }).length);
    }
    for (let length = 0; length <= bytes.length; length += 1) {
      const expected = ends.has(length) ? 'none' : 'DICOM_DATA_SET_UNREADABLE';
      assert.equal(codeOfReading(bytes.subarray(0, length)), expected, `${length} bytes`);
    }
  });

  it('limits the depth of sequences', () => {
    const nested = (depth: number): Item => (depth === 0 ? [] : [[REQUESTS, 'SQ', [nested(depth - 1)]]]);
    for (const undefinedLength of [true, false]) {
      const code = (depth: number) => codeOfReading(buildDataSet(nested(depth), { undefinedLength }));
      assert.equal(code(MAX_SEQUENCE_DEPTH), 'none');
      assert.equal(code(MAX_SEQUENCE_DEPTH + 1), 'DICOM_DATA_SET_UNREADABLE');
    }
  });

  it('limits the number of elements', () => {
    const element = buildElement(0x00090010, 'LO', '');
    const code = (count: number) => codeOfReading(Buffer.alloc(count * element.length, element));
    assert.equal(code(MAX_ELEMENTS), 'none');
    assert.equal(code(MAX_ELEMENTS + 1), 'DICOM_DATA_SET_UNREADABLE');
  });

  it('limits what it keeps: a long value is passed over, many are refused', () => {
    const long = (length: number) =>
      read([buildElement(ACCESSION, 'UT', Buffer.alloc(length, 'x'))]).dataSet.string(ACCESSION).length;
    assert.equal(long(MAX_KEPT_VALUE), MAX_KEPT_VALUE);
    assert.equal(long(MAX_KEPT_VALUE + 2), 0);
    const item: Item = [[ACCESSION, 'UT', Buffer.alloc(MAX_KEPT_VALUE, 'x')]];
    const code = (count: number) =>
      codeOfReading(buildElement(REQUESTS, 'SQ', new Array<Item>(count).fill(item)));
    const most = Math.floor(MAX_KEPT_TOTAL / (MAX_KEPT_VALUE + 64));
    assert.equal(code(most), 'none');
    assert.equal(code(most + 1), 'DICOM_DATA_SET_UNREADABLE');
  });

  it('throws nothing but its coded error on damaged bytes', () => {
    for (const transferSyntaxUid of SYNTAXES) {
      const bytes = buildDataSet(ELEMENTS, { transferSyntaxUid, undefinedLength: true });
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }),
          (changes) => {
            const damaged = Buffer.from(bytes);
            for (const [place, byte] of changes) damaged[place] = byte;
            assert.ok(
              ['none', 'DICOM_DATA_SET_UNREADABLE'].includes(codeOfReading(damaged, transferSyntaxUid)),
            );
          },
        ),
        { numRuns: 300 },
      );
    }
  });
});
