import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type FetchedPartition,
  type RawRecord,
  readCommitted,
} from '../../../platform/kafka/fetched-records.ts';

const record = (offset: number, producerId: string, more: Partial<RawRecord> = {}): RawRecord => ({
  offset,
  key: Buffer.from(`key ${offset}`),
  value: Buffer.from('value'),
  control: false,
  transactional: true,
  producerId,
  ...more,
});
const marker = (offset: number, producerId: string) => record(offset, producerId, { control: true });
const offsets = (records: RawRecord[], abortedTransactions: FetchedPartition['abortedTransactions']) =>
  readCommitted({ throttled: false, lastStableOffset: 0, next: null, abortedTransactions, records }).map(
    ({ offset }) => offset,
  );

test('control records and the records of aborted transactions are left out', () => {
  const records = [
    record(0, 'a'),
    marker(1, 'a'),
    record(2, 'a'),
    record(3, 'b'),
    marker(4, 'a'),
    record(5, 'a'),
    marker(6, 'b'),
    marker(7, 'a'),
  ];
  assert.deepEqual(offsets(records, []), [0, 2, 3, 5]);
  assert.deepEqual(offsets(records, [{ producerId: 'a', firstOffset: 2 }]), [0, 3, 5]);
});

test('transactions of several producers may overlap, and be listed in any order', () => {
  const records = [record(9, 'a'), record(10, 'b'), marker(11, 'b'), record(12, 'b'), marker(13, 'a')];
  const aborted = [
    { producerId: 'b', firstOffset: 10 },
    { producerId: 'a', firstOffset: 9 },
  ];
  assert.deepEqual(offsets(records, aborted), [12]);
});

test('an aborted transaction may have begun before the fetch', () => {
  assert.deepEqual(
    offsets([record(100, 'a'), marker(101, 'a'), record(102, 'a')], [{ producerId: 'a', firstOffset: 7 }]),
    [102],
  );
});

test('records of no transaction are never left out', () => {
  const plain = record(5, 'a', { transactional: false });
  assert.deepEqual(offsets([plain], [{ producerId: 'a', firstOffset: 0 }]), [5]);
});
