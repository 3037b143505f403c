import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressTeller } from '../../cli/reindex/tell-progress.ts';

const progress = (read: number, lag: number) => ({ read, lag, ends: new Map(), committed: new Map() });

test('says how far it is every two seconds and at the end, and once where nothing moves', () => {
  const said: string[] = [];
  let now = 0;
  const tell = progressTeller(
    'cases-2',
    (line) => said.push(line),
    () => now,
  );
  const at = (ms: number, read: number, lag: number) => {
    now = ms;
    tell(progress(read, lag));
  };
  at(0, 0, 1000);
  at(500, 100, 900);
  at(2_000, 400, 600);
  assert.deepEqual(said.splice(0), [
    '· cases-2: 0 of 1000 records',
    '· cases-2: 400 of 1000 records, 200 records/s',
  ]);
  for (let ms = 2_500; ms < 70_000; ms += 500) at(ms, 400, 600);
  assert.equal(said.filter((line) => line.startsWith('! cases-2 has not grown for 30 s')).length, 1);
  at(70_100, 1000, 0);
  assert.match(said.at(-1) ?? '', /1000 of 1000 records/);
});
