import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Semaphore } from '../../../services/joiner/semaphore.ts';

test('at most so many run at a time, in order, also when some fail', async () => {
  const semaphore = new Semaphore(2);
  const begun: number[] = [];
  let under = 0;
  let most = 0;
  const results = await Promise.allSettled(
    [0, 1, 2, 3, 4, 5].map((i) =>
      semaphore.run(async () => {
        begun.push(i);
        most = Math.max(most, ++under);
        await sleep(3);
        under--;
        if (i % 2 === 0) throw new Error('fails');
        return i;
      }),
    ),
  );
  assert.equal(most, 2);
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(await semaphore.run(() => Promise.resolve('again')), 'again');
});
