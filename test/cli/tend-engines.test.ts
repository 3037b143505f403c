import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TendedEngine, tendEngines } from '../../cli/up/tend-engines.ts';
import { watchDisk } from '../../cli/up/watch-disk.ts';
import { until } from '../../harness/until.ts';
import type { DiskSpace } from '../../platform/disk/disk-space.ts';

const MIB = 1024 * 1024;

/** An engine and a disk as a test says that they are. */
function arrange(first: { free?: number; works?: boolean } = {}) {
  const state = {
    free: 1024 * MIB,
    works: true,
    running: true,
    mended: 0,
    restarted: 0,
    said: [] as string[],
    ...first,
  };
  const engine: TendedEngine = {
    name: 'kafka',
    running: () => state.running,
    works: async () => state.works,
    mend: async () => {
      state.mended++;
    },
    restart: async () => {
      state.restarted++;
      state.works = true;
    },
  };
  const look = async (): Promise<DiskSpace> => ({ state: 'ROOM', free: state.free, detail: '' });
  const tending = tendEngines('/data', [engine], (line) => state.said.push(line), {
    pollMs: 5,
    stuckMs: 60,
    look,
  });
  return { state, tending };
}

test('an engine that does not work again once there is room is mended, then started anew, once', async (t) => {
  const { state, tending } = arrange({ free: 0, works: false });
  t.after(() => tending.stop());
  await sleep(100);
  assert.deepEqual([state.mended, state.restarted], [0, 0], 'nothing helps while the disk is full');
  state.free = 1024 * MIB;
  await until(() => state.restarted === 1);
  assert.ok(state.mended > 0);
  await sleep(150);
  assert.equal(state.restarted, 1);
  assert.match(state.said.join(), /kafka does not work although there is room/);
});

test('an engine that was never short of disk is mended, and never ended by this', async (t) => {
  const { state, tending } = arrange();
  t.after(() => tending.stop());
  state.works = false;
  await until(() => state.mended > 3);
  await sleep(150);
  assert.equal(state.restarted, 0);
});

test('an engine that has ended is left to its supervisor', async (t) => {
  const { state, tending } = arrange();
  t.after(() => tending.stop());
  state.free = 0;
  await sleep(30);
  Object.assign(state, { free: 1024 * MIB, works: false, running: false });
  await sleep(200);
  assert.deepEqual([state.mended, state.restarted], [0, 0]);
});

test('what becomes of the disk is said once each time it changes, with what is missing', async (t) => {
  const said: string[] = [];
  let now: DiskSpace = { state: 'ROOM', free: 0, detail: '' };
  const watch = watchDisk('/data', (line) => said.push(line), { pollMs: 2, look: async () => now });
  t.after(() => watch.stop());
  await sleep(30);
  assert.deepEqual(said, []);
  now = { state: 'DISK_LOW', free: 0, detail: 'DISK_LOW: 400 MiB free' };
  await until(() => said.length === 1);
  now = { state: 'DISK_FULL', free: 0, detail: 'DISK_FULL: 1 MiB free, 255 MiB more needed' };
  await until(() => said.length === 2);
  now = { state: 'ROOM', free: 0, detail: '' };
  await until(() => said.length === 3);
  await sleep(30);
  assert.match(
    said.join('\n'),
    /will soon be full \(DISK_LOW.*\n.*is full \(DISK_FULL: 1 MiB.*\n.*room again/,
  );
  assert.equal(said.length, 3);
});
