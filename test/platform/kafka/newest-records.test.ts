import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConsumedRecord } from '../../../platform/kafka/consumer.ts';
import { newestRecords } from '../../../platform/kafka/newest-records.ts';

describe('newestRecords', () => {
  it('keeps the last record of each key, in the order of the offsets', () => {
    const records = ['a', 'b', 'a', 'c', 'b'].map(
      (key, offset): ConsumedRecord => ({
        topic: 't',
        partition: 0,
        offset,
        key,
        value: null,
        timestamp: 0,
        headers: {},
      }),
    );
    assert.deepEqual(
      newestRecords(records).map(({ key, offset }) => [key, offset]),
      [
        ['a', 2],
        ['c', 3],
        ['b', 4],
      ],
    );
  });
});
