import assert from 'node:assert/strict';
import test from 'node:test';
import { FolderSync } from '../../../platform/object-store/folder-sync.ts';

/** A sync that ends when the test says so. */
function syncs() {
  const running: { folder: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  const sync = new FolderSync(
    (folder) => new Promise<void>((resolve, reject) => running.push({ folder, resolve, reject })),
  );
  return { sync, running };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('who asks while a sync is under way shares the next one, not this one', async () => {
  const { sync, running } = syncs();
  const done: string[] = [];
  void sync.of('a').then(() => done.push('first'));
  void sync.of('a').then(() => done.push('second'));
  void sync.of('a').then(() => done.push('third'));
  void sync.of('b').then(() => done.push('other folder'));
  assert.deepEqual(
    running.map(({ folder }) => folder),
    ['a', 'b'],
  );
  running[0]?.resolve();
  await turn();
  assert.deepEqual(done, ['first']);
  assert.equal(running.length, 3);
  running[2]?.resolve();
  running[1]?.resolve();
  await turn();
  assert.deepEqual(done.toSorted(), ['first', 'other folder', 'second', 'third']);
  void sync.of('a');
  assert.equal(running.length, 4, 'a later one begins at once');
});

test('a failed sync is told to those who waited for it, and does not stop the next', async () => {
  const { sync, running } = syncs();
  const first = sync.of('a');
  const second = sync.of('a');
  running[0]?.reject(new Error('disk'));
  await assert.rejects(first, /disk/);
  await turn();
  running[1]?.resolve();
  await second;
});
