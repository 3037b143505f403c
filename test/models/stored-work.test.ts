import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../core/errors.ts';
import { storedWork } from '../../models/stored-work.ts';

function working({ remembered = 0, maxPollMs = 60_000, fails = () => false as boolean } = {}) {
  const stopping = new AbortController();
  const done: string[][] = [];
  const rests: number[] = [];
  let gaveWay = 0;
  const work = storedWork<string>({
    live: {
      givesWay: async () => {
        gaveWay++;
      },
    },
    stopping: stopping.signal,
    batch: 2,
    maxPollMs,
    unfinished: 'IMAGE_VECTOR_FAILED',
    remembered,
    keyOf: (item) => item,
    work: async (batch) => {
      if (fails()) throw new RangeError('This batch fails.');
      done.push([...batch]);
    },
    restMs: (_, batch) => {
      rests.push(batch.length);
      return 0;
    },
  });
  return { work, stopping, done, rests, gaveWay: () => gaveWay };
}

test('in batches, each of which gives way first and rests after', async () => {
  const { work, done, rests, gaveWay } = working();
  await work(['a', 'b', 'c', 'd', 'e']);
  assert.deepEqual(done, [['a', 'b'], ['c', 'd'], ['e']]);
  assert.deepEqual([rests, gaveWay()], [[2, 2, 1], 3]);
});

test('a poll that was broken off goes on where it was; after its end it may come again', async () => {
  const { work, done } = working({ maxPollMs: -1 });
  const items = ['a', 'b', 'c', 'd', 'e'];
  for (let left = 2; left > 0; left--)
    await assert.rejects(work(items), (error) => codeOf(error) === 'IMAGE_VECTOR_FAILED');
  await work(items);
  assert.deepEqual(done, [['a', 'b'], ['c', 'd'], ['e']]);
  await assert.rejects(work(items));
  assert.deepEqual(done.slice(3), [['a', 'b']]);
});

test('a batch that failed is not done', async () => {
  let failing = true;
  const { work, done } = working({ remembered: 10, fails: () => failing });
  await assert.rejects(work(['a', 'b']), RangeError);
  failing = false;
  await work(['a', 'b']);
  assert.deepEqual(done, [['a', 'b']]);
});

test('what was done is remembered as far as it is told, the last of it', async () => {
  const { work, done } = working({ remembered: 2 });
  await work(['a', 'b', 'c']);
  await work(['a', 'b', 'c']);
  assert.deepEqual(done, [['a', 'b'], ['c'], ['a']]);
});

test('nothing more is begun when it is to stop', async () => {
  const { work, stopping, done } = working();
  stopping.abort();
  await assert.rejects(work(['a']), (error) => codeOf(error) === 'IMAGE_VECTOR_FAILED');
  assert.deepEqual(done, []);
});
