import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_SEQUENCE_DEPTH } from '../../../core/dicom/limits.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { readElements } from '../../../core/dicomweb/elements.ts';
import { jsonDataSet } from '../../../core/dicomweb/json-model.ts';
import { MAX_INLINE_BINARY } from '../../../core/dicomweb/limits.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { buildDataSet, type Item } from '../dicom/data-set-builder.ts';

const json = (bytes: Buffer, transferSyntaxUid: string = TRANSFER_SYNTAX.EXPLICIT_LITTLE) =>
  jsonDataSet(readElements(bytes, transferSyntaxUid), (path) => `bulk:${path.join('/')}`);

const doubles = Buffer.alloc(16);
doubles.writeDoubleLE(1.5, 0);
doubles.writeDoubleLE(Number.NaN, 8);

describe('the JSON model', () => {
  it('has numbers, strings, names, tags and sequences (PS3.18 F.2.3)', () => {
    const elements: Item = [
      [0x00080005, 'CS', 'ISO_IR 100'],
      [0x00080008, 'CS', 'DERIVED\\\\PRIMARY'],
      [0x00081140, 'SQ', [[[0x00081155, 'UI', '1.2.3']], []]],
      [0x00100010, 'PN', 'M\xfcller^Anna=x=y'],
      [0x00104000, 'LT', ' keeps\\backslashes  '],
      [0x00181151, 'IS', '12'],
      [0x00280009, 'AT', Buffer.from('18006310', 'hex')],
      [0x00280030, 'DS', '0.5\\none'],
      [0x00280106, 'SS', Buffer.from('feff', 'hex')],
      [0x00400008, 'SQ', []],
      [0x00460044, 'FD', doubles],
      [0x00080050, 'SH', ''],
    ];
    assert.deepEqual(json(buildDataSet(elements.sort(([a], [b]) => a - b))), {
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00080008': { vr: 'CS', Value: ['DERIVED', null, 'PRIMARY'] },
      '00080050': { vr: 'SH' },
      '00081140': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.2.3'] } }, {}] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Müller^Anna', Ideographic: 'x', Phonetic: 'y' }] },
      '00104000': { vr: 'LT', Value: [' keeps\\backslashes'] },
      '00181151': { vr: 'IS', Value: [12] },
      '00280009': { vr: 'AT', Value: ['00181063'] },
      '00280030': { vr: 'DS', Value: [0.5, 'none'] },
      '00280106': { vr: 'SS', Value: [-2] },
      '00400008': { vr: 'SQ' },
      '00460044': { vr: 'FD', Value: [1.5, 'NaN'] },
    });
  });

  it('is the same for all encodings', () => {
    const elements: Item = [
      [0x00080060, 'CS', 'CT'],
      [0x00081140, 'SQ', [[[0x00081155, 'UI', '1.2.3']]]],
      [0x00280010, 'US', 512],
      [0x00280103, 'US', 1],
      [0x00281101, 'US', 7],
    ];
    const expected = json(buildDataSet(elements));
    for (const transferSyntaxUid of [TRANSFER_SYNTAX.IMPLICIT_LITTLE, TRANSFER_SYNTAX.EXPLICIT_BIG])
      for (const undefinedLength of [false, true])
        assert.deepEqual(
          json(buildDataSet(elements, { transferSyntaxUid, undefinedLength }), transferSyntaxUid),
          // A palette descriptor has the sign of the pixels where the encoding does not say it.
          transferSyntaxUid === TRANSFER_SYNTAX.IMPLICIT_LITTLE
            ? { ...expected, '00281101': { vr: 'SS', Value: [7] } }
            : expected,
        );
  });

  it('has short binary values in itself and long ones behind their address', () => {
    const long = Buffer.alloc(MAX_INLINE_BINARY + 2);
    const bytes = buildDataSet([
      [0x00081140, 'SQ', [[[0x00091001, 'UN', long]]]],
      [0x00420011, 'OB', Buffer.from('abcd')],
    ]);
    assert.deepEqual(json(bytes), {
      '00081140': {
        vr: 'SQ',
        Value: [{ '00091001': { vr: 'UN', BulkDataURI: 'bulk:00081140/0/00091001' } }],
      },
      '00420011': { vr: 'OB', InlineBinary: 'YWJjZA==' },
    });
  });

  it('leaves out group lengths', () => {
    assert.deepEqual(json(buildDataSet([[0x00080000, 'UL', Buffer.alloc(4)]])), {});
  });

  it('of anything is an object, or an error of ours', () => {
    const syntaxes = [...Object.values(TRANSFER_SYNTAX)];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...syntaxes), (bytes, syntax) => {
        try {
          JSON.stringify(json(Buffer.from(bytes), syntax));
        } catch (error) {
          assert.ok(error instanceof InterleaveError);
        }
      }),
    );
  });

  it('of sequences that are nested too deeply is refused', () => {
    let item: Item = [[0x00080050, 'SH', 'x']];
    for (let depth = 0; depth <= MAX_SEQUENCE_DEPTH; depth++) item = [[0x00081140, 'SQ', [item]]];
    assert.throws(() => json(buildDataSet(item)), { code: 'DICOM_DATA_SET_UNREADABLE' });
  });
});
