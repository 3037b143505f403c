import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { LMDB_MIN_FREE_BYTES } from '../../../platform/disk/limits.ts';
import { CaseCache } from '../../../services/joiner/case-cache.ts';
import { SmallDisk, withoutMount } from '../../support/small-disk.ts';

const MIB = 1024 * 1024;
const state = (text: string) => new Map([['case', Buffer.from(text)]]);

test('a full disk makes the cache refuse, keeps what it holds, and ends nothing; with room it goes on', {
  skip: withoutMount,
}, async (t) => {
  const disk = new SmallDisk(80);
  t.after(() => disk.remove());
  const folder = join(disk.folder, 'joiner', '1');
  const cache = await CaseCache.open(folder, 'cluster', 8);
  await cache.write(1, state('old'), 7);

  disk.fill(LMDB_MIN_FREE_BYTES - MIB);
  for (let tries = 0; tries < 20; tries++)
    await assert.rejects(cache.write(1, state('new'), 8), { code: 'DISK_FULL', kind: 'retry' });
  await assert.rejects(cache.clear(1), { code: 'DISK_FULL' });
  assert.equal(cache.get(1, 'case')?.toString(), 'old');
  assert.equal(cache.position(1), 7, 'what it holds is what the topic was at this offset');

  disk.empty();
  await cache.write(1, state('new'), 8);
  assert.equal(cache.get(1, 'case')?.toString(), 'new');
  await cache.close();

  disk.fill();
  await assert.rejects(CaseCache.open(folder, 'cluster', 8), { code: 'DISK_FULL' });
  disk.empty();
  const again = await CaseCache.open(folder, 'cluster', 8);
  t.after(() => again.close());
  assert.equal(again.get(1, 'case')?.toString(), 'new');
  assert.equal(again.position(1), 8);
});
