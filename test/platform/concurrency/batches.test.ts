import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Batches } from '../../../platform/concurrency/batches.ts';

/** Doubles numbers; each batch waits until it is let go. */
function doubling(maxItems: number) {
  const sizes: number[] = [];
  const gates: (() => void)[] = [];
  const batches = new Batches<number, number>(async (items) => {
    sizes.push(items.length);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (items.includes(-1)) throw new Error('refused');
    return items.map((item) => item * 2);
  }, maxItems);
  return { batches, sizes, next: () => gates.shift()?.() };
}

test('what is asked while one batch is computed goes into the next together, up to the limit', async () => {
  const { batches, sizes, next } = doubling(3);
  const answers = Promise.all([1, 2, 3, 4, 5].map((item) => batches.ask(item)));
  for (let i = 0; i < 3; i++) {
    next();
    await turn();
  }
  assert.deepEqual(await answers, [2, 4, 6, 8, 10]);
  assert.deepEqual(sizes, [1, 3, 1]);
});

test('a batch that fails fails those who are in it; the next ones are computed', async () => {
  const { batches, next } = doubling(2);
  const first = batches.ask(1);
  const refused = batches.ask(-1);
  const beside = batches.ask(2);
  const after = batches.ask(3);
  const outcome = Promise.allSettled([first, refused, beside, after]);
  for (let i = 0; i < 3; i++) {
    next();
    await turn();
  }
  assert.deepEqual(
    (await outcome).map((one) => (one.status === 'fulfilled' ? one.value : 'failed')),
    [2, 'failed', 'failed', 6],
  );
});

test('a computation that loses an item fails instead of leaving somebody waiting', async () => {
  const batches = new Batches<number, number>(async () => [], 2);
  await assert.rejects(batches.ask(1), RangeError);
});
