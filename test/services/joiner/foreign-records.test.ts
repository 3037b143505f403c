import assert from 'node:assert/strict';
import test from 'node:test';
import { mergeImage } from '../../../core/radiology/merge.ts';
import { CASE_ID, imageEmbedded } from '../../../harness/event-fixture.ts';
import { events } from '../../../schemas/events.ts';
import { RestoreFilter, undoForeign } from '../../../services/joiner/foreign-records.ts';

const state = events.case.encode(mergeImage(null, imageEmbedded()));
const unreadable = Buffer.from('no Avro');
const record = (value: Buffer | null, transactional: boolean, offset = 0) => ({
  offset,
  key: CASE_ID,
  value,
  transactional,
});
const known = (held?: Buffer, erased = false) => ({
  stateOf: () => held,
  isErased: () => erased,
  isOwn: () => true,
});
const filter = (held?: Buffer, erased = false, behindOurs = true) =>
  new RestoreFilter(known(held, erased), behindOurs);

test('what a joiner wrote is kept, and ends what was foreign before it', () => {
  const restoring = filter();
  const kept = restoring.take([record(state, true), record(null, false), record(state, true)]);
  assert.deepEqual([...kept], [[CASE_ID, state]]);
  assert.deepEqual([restoring.foreign.size, restoring.gone.size], [0, 0]);
});

test('a foreign tombstone or state behind a joiner’s is to be undone, and does not reach the cache', () => {
  for (const value of [null, unreadable]) {
    const restoring = filter();
    assert.deepEqual([...restoring.take([record(state, true), record(value, false)])], [[CASE_ID, state]]);
    assert.deepEqual([...restoring.foreign], [[CASE_ID, value]]);
  }
});

test('a tombstone in a transaction without a decision is foreign; with one it stands', () => {
  assert.equal(filter(state).take([record(null, true)]).size, 0);
  assert.deepEqual([...filter(state, true).take([record(null, true)])], [[CASE_ID, null]]);
});

test('a topic without any transaction is taken as it is: it was copied', () => {
  const restoring = filter(undefined, false, false);
  assert.deepEqual([...restoring.take([record(state, false), record(null, false)])], [[CASE_ID, null]]);
  assert.equal(restoring.foreign.size, 0);
});

test('where no state was before, a foreign one is left and told; our tombstone for it stands', () => {
  const restoring = filter();
  assert.deepEqual([...restoring.take([record(state, false)])], [[CASE_ID, state]]);
  assert.deepEqual([...restoring.gone], [CASE_ID]);
  assert.deepEqual([...restoring.take([record(null, true)])], [[CASE_ID, null]]);
  assert.equal(restoring.gone.size, 0);
});

test('a tombstone after a state that nobody can read stays', () => {
  assert.deepEqual([...filter(unreadable).take([record(null, false)])], [[CASE_ID, null]]);
  const undone = undoForeign(new Map([[CASE_ID, null]]), known(unreadable));
  assert.deepEqual([undone.accepted, undone.write.size], [[CASE_ID], 0]);
});

test('the state that is held is written again; what was no case, or was erased, ends', () => {
  const written = (held: Buffer | undefined, value: Buffer | null, erased = false) =>
    [...undoForeign(new Map([[CASE_ID, value]]), known(held, erased)).write].map(([, one]) => one);
  assert.deepEqual(written(state, null), [state]);
  assert.deepEqual(written(state, unreadable), [state]);
  assert.deepEqual(written(undefined, state), [null]);
  assert.deepEqual(written(undefined, null), []);
  assert.deepEqual(written(undefined, state, true), [null]);
});

test('a case of another partition, or a key that is none, is told and not written', () => {
  const elsewhere = { ...known(state), isOwn: () => false };
  for (const foreign of [new Map([[CASE_ID, null]]), new Map([['a key', state]])]) {
    const { write, told } = undoForeign(foreign, elsewhere);
    assert.deepEqual([write.size, told.length], [0, 1]);
  }
});
