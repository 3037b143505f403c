import assert from 'node:assert/strict';
import { it } from 'node:test';
import { STUDIES_AT_ONCE } from '../../../../cli/import/archive/limits.ts';
import { Places } from '../../../../cli/import/archive/places.ts';

const never = new AbortController().signal;

it('lets a few go at a time, in the order in which they came', async () => {
  const places = new Places(2);
  const order: string[] = [];
  const [first, second] = [await places.enter(never), await places.enter(never)];
  const third = places.enter(never).then((leave) => {
    order.push('third');
    return leave;
  });
  const fourth = places.enter(never).then(() => order.push('fourth'));
  await new Promise(setImmediate);
  assert.deepEqual(order, []);
  first();
  (await third)();
  second();
  await fourth;
  assert.deepEqual(order, ['third', 'fourth']);
});

it('lets nobody wait who is to stop, and loses no place by it', async () => {
  const places = new Places(1);
  const leave = await places.enter(never);
  const stopping = new AbortController();
  const waiting = places.enter(stopping.signal);
  stopping.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  leave();
  await places.enter(never);
  assert.equal(STUDIES_AT_ONCE, 2);
});
