import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import type { ConsumedRecord } from '../../../platform/kafka/consumer.ts';
import {
  type DeadLetter,
  deadLetterCodec,
  deadLetterRecord,
  UNKNOWN_CASE,
} from '../../../platform/kafka/dead-letter.ts';
import { MAX_RECORD_VALUE_BYTES } from '../../../platform/kafka/limits.ts';
import type { EventProducer } from '../../../platform/kafka/producer.ts';

const record = (given: Partial<ConsumedRecord>): ConsumedRecord => ({
  topic: 'radiology.case',
  partition: 3,
  offset: 7,
  key: 'a'.repeat(32),
  value: Buffer.from('what it was'),
  timestamp: 1,
  headers: {},
  ...given,
});

async function letterOf(given: Partial<ConsumedRecord>): Promise<DeadLetter> {
  const letters: DeadLetter[] = [];
  const producer = {
    send: async (_topic: string, { value }: { value: Buffer }) => {
      if (value.length > MAX_RECORD_VALUE_BYTES) throw new InterleaveError('EVENT_TOO_LARGE');
      letters.push(deadLetterCodec.decode(value));
    },
  } as unknown as EventProducer;
  await deadLetterRecord(producer, 'indexer', 'EVENT_UNREADABLE', record(given));
  const [letter] = letters;
  assert.ok(letter);
  return letter;
}

test('the record is kept whole, with its place', async () => {
  const letter = await letterOf({});
  assert.deepEqual(
    [letter.value?.toString(), letter.topic, letter.partition, letter.offset, letter.caseId],
    ['what it was', 'radiology.case', 3, 7, 'a'.repeat(32)],
  );
});

test('a record that does not fit into another one is kept by its place: it must not stop the consumer for ever', async () => {
  const letter = await letterOf({ value: Buffer.alloc(MAX_RECORD_VALUE_BYTES) });
  assert.deepEqual([letter.value, letter.topic, letter.offset], [null, 'radiology.case', 7]);
});

test('a key that is no case id stands for no case', async () => {
  for (const key of ['', '../../etc', 'x'.repeat(600), 'Vogel^Anna'])
    assert.equal((await letterOf({ key })).caseId, UNKNOWN_CASE);
});
