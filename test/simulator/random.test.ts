import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../simulator/random.ts';
import { simulatedUid } from '../../simulator/uid.ts';

test('the same seed and path give the same stream, another path another one', () => {
  const draw = (random: Random) => Array.from({ length: 50 }, () => random.bits());
  assert.deepEqual(draw(Random.of(1, 'a', 2)), draw(Random.of(1, 'a', 2)));
  assert.notDeepEqual(draw(Random.of(1, 'a', 2)), draw(Random.of(1, 'a', 3)));
  assert.notDeepEqual(draw(Random.of(1, 'a', 2)), draw(Random.of(2, 'a', 2)));
});

test('numbers are spread evenly and stay in their bounds', () => {
  const random = Random.of(3, 'spread');
  const counts = new Map<number, number>();
  for (let i = 0; i < 60_000; i++) {
    const value = random.integer(1, 6);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [1, 2, 3, 4, 5, 6]);
  for (const count of counts.values()) assert.ok(Math.abs(count - 10_000) < 500, String(count));
  const normals = Array.from({ length: 20_000 }, () => random.normal());
  const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
  const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normals.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05, `${mean} ${variance}`);
});

test('weights decide how often something is picked, and a weight of nothing never is', () => {
  const random = Random.of(4, 'weights');
  const picked = Array.from({ length: 4000 }, () => random.weighted([0, 1, 3], (weight) => weight));
  const share = picked.filter((value) => value === 3).length / picked.length;
  assert.ok(Math.abs(share - 0.75) < 0.04, String(share));
  assert.ok(!picked.includes(0));
});

test('UIDs have the form of PS3.5 B.2 and do not repeat', () => {
  const uids = Array.from({ length: 2000 }, (_, n) => simulatedUid(1, 'study', n));
  assert.equal(new Set(uids).size, uids.length);
  for (const uid of uids) assert.match(uid, /^2\.25\.[1-9]\d{0,38}$/);
});
