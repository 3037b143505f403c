import assert from 'node:assert/strict';
import test from 'node:test';
import { BatchTime } from '../../../services/hl7-gateway/batch-time.ts';
import { BATCH_DOCUMENT_SHARE, MAX_BATCH_TIMES } from '../../../services/hl7-gateway/limits.ts';

const ANSWER_MS = 1_000;

function batch() {
  const clock = { now: 5 };
  return { clock, time: new BatchTime(ANSWER_MS, () => clock.now) };
}

test('a batch whose messages are kept may go on for so many times, and no longer', () => {
  const { clock, time } = batch();
  clock.now += MAX_BATCH_TIMES * ANSWER_MS - 1;
  assert.equal(time.isOver, false);
  clock.now += 1;
  assert.equal(time.isOver, true);
});

test('where one could not be kept it is over after the time of one answer, and not before', () => {
  const { clock, time } = batch();
  time.failed();
  assert.equal(time.isOver, false);
  clock.now += ANSWER_MS;
  assert.equal(time.isOver, true);
});

test('all its documents have as long as those of one message', () => {
  const { clock, time } = batch();
  assert.equal(time.documentsMs, ANSWER_MS * BATCH_DOCUMENT_SHARE);
  clock.now += 300;
  assert.equal(time.documentsMs, ANSWER_MS * BATCH_DOCUMENT_SHARE - 300);
  clock.now += ANSWER_MS;
  assert.equal(time.documentsMs, 0);
});
