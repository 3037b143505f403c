import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeAssociateRequest } from '../../../core/dicom/associate-pdu.ts';
import { decodeText } from '../../../core/dicom/character-set.ts';
import { DataSetReader } from '../../../core/dicom/data-set-reader.ts';
import { headerOf, wantedOf } from '../../../core/dicom/header.ts';
import { namedObjects } from '../../../core/dicom/key-object.ts';
import { MAX_ACCESSIONS, MAX_KEPT_VALUE, MAX_REFERENCED_FRAMES } from '../../../core/dicom/limits.ts';
import { trim, trimEnd } from '../../../core/dicom/padding.ts';
import { KEY_OBJECT_SELECTION, TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { buildDataSet, type Item } from './data-set-builder.ts';

const SOON_MS = 5_000;

function read(elements: Item, sopClassUid = '1.2.840.10008.5.1.4.1.1.2'): DataSetReader {
  const reader = new DataSetReader(TRANSFER_SYNTAX.EXPLICIT_LITTLE, wantedOf(sopClassUid));
  reader.push(buildDataSet(elements));
  reader.end();
  return reader;
}

describe('objects that want to keep us busy', () => {
  it('long runs of padding within values are passed in linear time', () => {
    const value = `a${' '.repeat(MAX_KEPT_VALUE - 2)}x`;
    const began = cpuMs();
    assert.equal(trim(value).length, value.length);
    assert.equal(trimEnd(`${value}\0 \0`), value);
    assert.equal(trim('  a b \0'), 'a b');
    assert.equal(trim('\0'), '');
    // A presentation context is as long as the item that holds it.
    const sub = Buffer.concat([
      Buffer.from([0x55, 0]),
      Buffer.from([0xf0, 0]),
      Buffer.from(value.slice(0, 0xf000)),
    ]);
    const user = Buffer.concat([Buffer.from([0x50, 0, 0xf0, 4]), sub]);
    decodeAssociateRequest(Buffer.concat([Buffer.alloc(68), user]));
    assert.ok(cpuMs() - began < SOON_MS);
  });

  it('one object that is named again and again, each time with another frame', () => {
    const references = Array.from(
      { length: 20_000 },
      (_, n): Item => [
        [0x00081155, 'UI', '1.2'],
        [0x00081160, 'IS', String(n + 1)],
      ],
    );
    const { dataSet } = read([[0x0040a730, 'SQ', [[[0x00081199, 'SQ', references]]]]], KEY_OBJECT_SELECTION);
    const began = cpuMs();
    const named = namedObjects(dataSet);
    assert.ok(cpuMs() - began < SOON_MS);
    assert.equal(named.references[0]?.frames.length, MAX_REFERENCED_FRAMES);
    assert.equal(named.cutOff, true);
  });

  it(`an object has ${MAX_ACCESSIONS} accession numbers at most: each makes a case`, () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => `A${n}`).join('\\');
    const header = (count: number) => headerOf(read([[0x00080050, 'SH', numbers(count)]]).dataSet, false);
    assert.equal(header(MAX_ACCESSIONS).accessions.length, MAX_ACCESSIONS);
    assert.throws(() => header(MAX_ACCESSIONS + 1), { code: 'DICOM_DATA_SET_UNREADABLE' });
  });

  it('a value that is kept does not keep the chunk that it came in', () => {
    const reader = new DataSetReader(TRANSFER_SYNTAX.EXPLICIT_LITTLE, wantedOf(''));
    const chunk = Buffer.concat([buildDataSet([[0x00080018, 'UI', '1.2.3.4']]), Buffer.alloc(1_000_000)]);
    reader.push(chunk.subarray(0, 100));
    assert.notEqual(reader.dataSet.values.get(0x00080018)?.buffer, chunk.buffer);
  });
});

describe('values that are not what they should be', () => {
  it('a character set with a name that JavaScript knows', () => {
    for (const term of ['constructor', '__proto__', 'toString'])
      assert.equal(decodeText(Buffer.from('Vogel^Anna'), [term]), 'Vogel^Anna');
  });

  it('an integer string beyond 32 bits is none (PS3.5 6.2): no event could hold it', () => {
    const header = (value: string) =>
      headerOf(
        read([
          [0x00200013, 'IS', value],
          [0x00280008, 'IS', value],
        ]).dataSet,
        false,
      );
    assert.equal(header('2147483647').instanceNumber, 2_147_483_647);
    assert.equal(header('-2147483648').instanceNumber, -2_147_483_648);
    assert.equal(header('000000000012').instanceNumber, 12);
    for (const value of ['2147483648', '4294967295', '9999999999']) {
      assert.equal(header(value).instanceNumber, null);
      assert.equal(header(value).numberOfFrames, 1);
    }
  });
});
