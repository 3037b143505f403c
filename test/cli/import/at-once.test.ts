import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BytesInHand } from '../../../cli/import/bytes-in-hand.ts';
import { eachAtOnce } from '../../../cli/import/each-at-once.ts';

test('no more bytes are held at a time than there is room for; one that is larger is alone', async () => {
  const inHand = new BytesInHand(100);
  let held = 0;
  let most = 0;
  let withLarge = 0;
  const hold = (bytes: number) =>
    inHand.hold(bytes, async () => {
      held += bytes;
      if (bytes <= 100) most = Math.max(most, held);
      else withLarge = Math.max(withLarge, held);
      await sleep(1);
      held -= bytes;
    });
  await Promise.all([30, 40, 50, 250, 60, 10, 30, 100, 70, 70].map(hold));
  assert.ok(most <= 100 && most > 60, `${most}`);
  assert.equal(withLarge, 250);
  await assert.rejects(
    inHand.hold(100, () => Promise.reject(new Error('broken'))),
    { message: 'broken' },
  );
  await inHand.hold(100, async () => undefined);
});

test('so many are under way at a time; after a failure none is begun, and all have ended when it is told', async () => {
  let atOnce = 0;
  let most = 0;
  let begun = 0;
  const work = async (n: number) => {
    begun += 1;
    atOnce += 1;
    most = Math.max(most, atOnce);
    await sleep(1);
    atOnce -= 1;
    if (n === 6) throw new Error('six');
  };
  await eachAtOnce([1, 2, 3, 4, 5], 3, work);
  assert.deepEqual([most, begun, atOnce], [3, 5, 0]);
  await assert.rejects(eachAtOnce([6, 7, 8, 9, 10, 11, 12, 13], 2, work), { message: 'six' });
  assert.equal(atOnce, 0);
  assert.ok(begun < 5 + 8);
});
