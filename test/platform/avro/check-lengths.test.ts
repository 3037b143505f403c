import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import avro from 'avsc';
import fc from 'fast-check';
import { checkLengths } from '../../../platform/avro/check-lengths.ts';
import { codec } from '../../../platform/avro/codec.ts';
import { SchemaStore } from '../../../platform/avro/schema-store.ts';
import { cpuMs } from '../../support/cpu-ms.ts';

const TYPE = avro.Type.forSchema({
  type: 'record',
  name: 'All',
  fields: [
    { name: 'text', type: 'string' },
    { name: 'bytes', type: 'bytes' },
    { name: 'maybe', type: ['null', 'long', 'string'] },
    { name: 'fixed', type: { type: 'fixed', name: 'Four', size: 4 } },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
    { name: 'flags', type: { type: 'array', items: 'boolean' } },
    { name: 'numbers', type: { type: 'map', values: 'double' } },
    {
      name: 'parts',
      type: { type: 'array', items: { type: 'record', name: 'Part', fields: [{ name: 'n', type: 'int' }] } },
    },
    { name: 'small', type: 'float' },
  ],
});

/** avsc takes longs that a double holds exactly, short of the last one. */
const LONG = fc.integer({ min: -(2 ** 53) + 2, max: 2 ** 53 - 2 });

const VALUE = fc.record({
  text: fc.string(),
  bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  maybe: fc.oneof(fc.constant(null), LONG, fc.string()),
  fixed: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  kind: fc.constantFrom('A', 'B'),
  flags: fc.array(fc.boolean()),
  numbers: fc.dictionary(fc.string(), fc.double()),
  parts: fc.array(fc.record({ n: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) })),
  small: fc.float(),
});

/** A zigzag number, as Avro writes a long. */
function long(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

describe('lengths in Avro', () => {
  it('whatever was written passes', () => {
    fc.assert(fc.property(VALUE, (value) => checkLengths(TYPE, TYPE.toBuffer(value))));
  });

  it('any bytes pass or are refused, in time that their number bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          checkLengths(TYPE, Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
    );
  });

  it('an array cannot have more items than the record has bytes', () => {
    const strings = avro.Type.forSchema({ type: 'array', items: 'string' });
    for (const count of [2n ** 31n, 2n ** 50n, -(2n ** 50n), 2n ** 63n - 1n])
      assert.throws(
        () => checkLengths(strings, Buffer.concat([long(count), Buffer.from([2, 65])])),
        RangeError,
      );
    const ofRecords = avro.Type.forSchema({ type: 'map', values: 'long' });
    assert.throws(() => checkLengths(ofRecords, long(2n ** 40n)), RangeError);
  });

  it('a value cannot be longer than the record, nor shorter than nothing', () => {
    const text = avro.Type.forSchema('string');
    for (const length of [2n, 2n ** 31n, 2n ** 62n, -1n])
      assert.throws(() => checkLengths(text, Buffer.concat([long(length), Buffer.from('a')])), RangeError);
    checkLengths(text, Buffer.concat([long(1n), Buffer.from('a')]));
  });

  it('a record that claims billions of items is unreadable at once', () => {
    const { type, id } = new SchemaStore().newest('report-received');
    const head = Buffer.alloc(5);
    head.writeUInt32BE(id, 1);
    const value = type.random() as unknown as Record<string, unknown>;
    value['studyInstanceUids'] = ['PLANTED'];
    const bytes = type.toBuffer(value);
    const cut = bytes.subarray(0, bytes.indexOf('PLANTED') - 2);
    const began = cpuMs();
    assert.throws(() => codec('report-received').decode(Buffer.concat([head, cut, long(2n ** 40n)])), {
      code: 'EVENT_UNREADABLE',
    });
    assert.ok(cpuMs() - began < 1_000);
  });

  it('values that take no byte cost no more time than the bytes of a record allow', () => {
    let bomb: avro.Schema = { type: 'record', name: 'R0', fields: [] };
    for (let level = 1; level <= 60; level++)
      bomb = {
        type: 'record',
        name: `R${level}`,
        fields: [
          { name: 'a', type: bomb },
          { name: 'b', type: `R${level - 1}` },
        ],
      };
    const began = cpuMs();
    assert.throws(() => checkLengths(avro.Type.forSchema(bomb), Buffer.alloc(100)), RangeError);
    assert.ok(cpuMs() - began < 1_000);
  });

  it('what does not fit a schema is an error that quotes nothing', () => {
    assert.throws(
      () => codec('case-moved').encode({ caseId: { name: 'Planted' } }),
      (error: Error) => !error.message.includes('Planted') && 'code' in error && error.code === 'INTERNAL',
    );
  });
});
