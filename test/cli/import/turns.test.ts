import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Turns } from '../../../cli/import/turns.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';

const never = new AbortController().signal;

function turns(t: TestContext, lag: () => Promise<number>, maxLag: number): Turns {
  const made = new Turns({ lag, maxLag, lookMs: 5 });
  t.after(() => made.close());
  return made;
}

test('what lies before the services and what is on its way are never more than the limit', async (t) => {
  let lag = 0;
  let onTheWay = 0;
  let most = 0;
  const all = turns(t, () => Promise.resolve(lag), 10);
  const send = async () => {
    await all.take(1, never);
    onTheWay += 1;
    most = Math.max(most, lag + onTheWay);
    await sleep(3);
    onTheWay -= 1;
    lag += 1;
    all.answered(1);
  };
  const service = setInterval(() => {
    lag = Math.max(0, lag - 1);
  }, 2);
  await Promise.all(Array.from({ length: 60 }, send));
  clearInterval(service);
  assert.ok(most > 1 && most <= 10, `${most} at once`);
});

test('turns stop while the lag is above the limit, and go on below', async (t) => {
  let lag = 11;
  const all = turns(t, () => Promise.resolve(lag), 10);
  let went = false;
  const turn = all.take(1, never).then(() => {
    went = true;
  });
  await until(() => all.waiting?.why === 'LAG');
  await sleep(50);
  assert.deepEqual([went, all.waiting], [false, { why: 'LAG', lag: 11 }]);
  lag = 9;
  await turn;
  assert.equal(all.waiting, null);
});

test('where nobody can say what lies there nobody has a turn, and why is shown', async (t) => {
  let away = true;
  const lag = () => (away ? Promise.reject(new InterleaveError('KAFKA_UNAVAILABLE')) : Promise.resolve(0));
  const all = turns(t, lag, 10);
  const turn = all.take(1, never);
  await until(() => all.waiting?.why === 'UNKNOWN' && all.waiting.code === 'KAFKA_UNAVAILABLE');
  away = false;
  await turn;
});

test('who asks for more than there can ever be goes when half of the room is free, before who asked later', async (t) => {
  let lag = 6;
  const all = turns(t, () => Promise.resolve(lag), 10);
  const order: string[] = [];
  const large = all.take(500, never).then(() => order.push('large'));
  const small = all.take(1, never).then(() => order.push('small'));
  await sleep(30);
  assert.deepEqual(order, []);
  lag = 5;
  await large;
  assert.deepEqual(order, ['large']);
  all.answered(500);
  await small;
});

test('whoever waits is let go when the import ends, and the next one has the turn', async (t) => {
  let lag = 10;
  const all = turns(t, () => Promise.resolve(lag), 10);
  const ending = new AbortController();
  const ended = assert.rejects(all.take(1, ending.signal), { name: 'AbortError' });
  const next = all.take(1, never);
  ending.abort();
  await ended;
  lag = 9;
  await next;
  await assert.rejects(all.take(1, ending.signal), { name: 'AbortError' });
});
