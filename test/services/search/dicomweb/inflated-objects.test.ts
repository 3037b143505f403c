import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { InterleaveError } from '../../../../core/errors.ts';
import { InflatedObjects } from '../../../../services/search/dicomweb/inflated-objects.ts';

/** Four bytes that count up from `first`, and how often they were inflated. */
function source(first: number, error?: Error) {
  const made = { times: 0, inflate };
  async function* inflate(): AsyncGenerator<Buffer> {
    made.times += 1;
    yield Buffer.from([first, first + 1, first + 2]);
    yield Buffer.from([first + 3]);
    if (error !== undefined) throw error;
  }
  return made;
}

async function read(
  objects: InflatedObjects,
  key: string,
  from: ReturnType<typeof source>,
  ...at: [number, number?]
) {
  const parts: Buffer[] = [];
  for await (const part of objects.read(key, from.inflate, ...at)) parts.push(part);
  return [...Buffer.concat(parts)];
}

test('what lies between two places, inflated once also where many ask', async () => {
  const objects = new InflatedObjects();
  const one = source(1);
  const answers = await Promise.all([
    read(objects, 'a', one, 0),
    read(objects, 'a', one, 1, 3),
    read(objects, 'a', one, 2, 4),
    read(objects, 'a', one, 3, 3),
    read(objects, 'a', one, 9),
  ]);
  assert.deepEqual(answers, [[1, 2, 3, 4], [2, 3], [3, 4], [], []]);
  assert.equal(one.times, 1);
  objects.clear();
});

test('as many bytes as there is room for, and at least one object; what was read longest ago goes', async () => {
  const objects = new InflatedObjects(8);
  const [a, b, c] = [source(1), source(2), source(3)];
  await read(objects, 'a', a, 0);
  await read(objects, 'b', b, 0);
  await read(objects, 'a', a, 0);
  await read(objects, 'c', c, 0);
  assert.equal(objects.bytes, 8);
  await read(objects, 'a', a, 0);
  await read(objects, 'b', b, 0);
  assert.deepEqual([a.times, b.times, c.times], [1, 2, 1]);
  const small = new InflatedObjects(1);
  assert.deepEqual(await read(small, 'a', a, 3), [4]);
  await read(small, 'b', b, 0);
  assert.equal(small.bytes, 4);
  objects.clear();
  small.clear();
});

test('what breaks off gives what came before, and says so to who reads beyond', async () => {
  const objects = new InflatedObjects();
  const broken = source(1, new InterleaveError('IMAGE_TOO_LARGE'));
  assert.deepEqual(await read(objects, 'a', broken, 1, 4), [2, 3, 4]);
  await assert.rejects(read(objects, 'a', broken, 1, 5), { code: 'IMAGE_TOO_LARGE' });
  await assert.rejects(read(objects, 'a', broken, 0), { code: 'IMAGE_TOO_LARGE' });
  assert.equal(broken.times, 1);
  objects.clear();
});

test('what nobody reads any more is let go', async () => {
  const objects = new InflatedObjects(100, 20);
  await read(objects, 'a', source(1), 0);
  assert.equal(objects.bytes, 4);
  while (objects.bytes > 0) await pause(10);
});
