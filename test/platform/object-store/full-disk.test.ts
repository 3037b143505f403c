import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../harness/until.ts';
import { MIN_FREE_BYTES } from '../../../platform/disk/limits.ts';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import { SmallDisk, withoutMount } from '../../support/small-disk.ts';

const MIB = 1024 * 1024;

test('one large object does not take the reserve: it is refused on the way, and leaves nothing', {
  skip: withoutMount,
}, async (t) => {
  const disk = new SmallDisk(300);
  t.after(() => disk.remove());
  const root = join(disk.folder, 'objects');
  const store = await LocalFolderStore.open(root);
  const writer = await store.writer();
  const chunk = randomBytes(MIB);
  const writing = (async () => {
    for (let n = 0; n < 200; n++) await writer.write(chunk);
  })();
  await assert.rejects(writing, { code: 'OBJECT_STORE_FULL', kind: 'retry' });
  // What is written between two looks at the free space.
  assert.ok(disk.free > MIN_FREE_BYTES * 0.6, `${disk.free} bytes are left`);
  await writer.abort();
  assert.ok(disk.free > MIN_FREE_BYTES);
  assert.deepEqual(readdirSync(join(root, '.incoming')), []);
  await sleep(200); // a look at the free space holds for a moment
  assert.equal((await store.put('case', chunk, 'text/plain')).size, MIB);
});

test('what was confirmed before the disk was full is read on it, also by a process that starts then', {
  skip: withoutMount,
}, async (t) => {
  const disk = new SmallDisk(40);
  t.after(() => disk.remove());
  const root = join(disk.folder, 'objects');
  const store = await LocalFolderStore.open(root, { minFree: 0 });
  const confirmed: { sha256: string; bytes: Buffer }[] = [];
  for (let n = 0; n < 20; n++) {
    const bytes = randomBytes(10_000);
    confirmed.push({ bytes, ...(await store.put('case', bytes, 'text/plain')) });
  }
  const files = () => readdirSync(join(root, 'case'));
  await until(() => files().length === confirmed.length);
  // As if the machine had stopped before these files were written: they are in the journal only.
  const unwritten = files().slice(0, 5);
  for (const name of unwritten) rmSync(join(root, 'case', name));
  disk.fill();

  // The journal has room of its own, which it took before: so much is still confirmed.
  let refused = 0;
  for (let n = 0; n < 120; n++) {
    const bytes = randomBytes(100_000);
    try {
      confirmed.push({ bytes, ...(await store.put('case', bytes, 'text/plain')) });
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'OBJECT_STORE_FULL');
      refused += 1;
    }
  }
  assert.ok(refused > 0);
  const reader = await LocalFolderStore.open(root);
  for (const { sha256, bytes } of confirmed) assert.ok((await reader.read('case', sha256)).equals(bytes));

  disk.empty();
  await store.put('case', randomBytes(100_000), 'text/plain');
  await store.close();
  // The journal has gone, and with it the five: this process had written their files before.
  for (const { sha256, bytes } of confirmed)
    if (!unwritten.includes(sha256)) assert.ok((await reader.read('case', sha256)).equals(bytes));
});
