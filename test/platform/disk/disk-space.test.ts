import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';
import { diskSpace, freeBytes, lacking, toDiskError } from '../../../platform/disk/disk-space.ts';
import {
  ENGINE_MIN_FREE_BYTES,
  LMDB_MIN_FREE_BYTES,
  LOW_FREE_BYTES,
  MIN_FREE_BYTES,
} from '../../../platform/disk/limits.ts';
import { requireLmdbRoom, untilLmdbRoom } from '../../../platform/disk/lmdb-room.ts';
import { watchDisk } from '../../../platform/disk/watch-disk.ts';
import { createLogger } from '../../../platform/process/log.ts';
import { Metrics } from '../../../platform/process/metrics.ts';
import { Readiness } from '../../../platform/process/readiness.ts';
import { SmallDisk, withoutMount } from '../../support/small-disk.ts';

const MIB = 1024 * 1024;

test('it is said before something is refused, and an engine may start before more is taken', () => {
  assert.ok(LOW_FREE_BYTES > MIN_FREE_BYTES);
  assert.ok(MIN_FREE_BYTES > ENGINE_MIN_FREE_BYTES);
  assert.ok(ENGINE_MIN_FREE_BYTES > LMDB_MIN_FREE_BYTES);
});

test('what is missing is said in words', () => {
  assert.equal(lacking(100 * MIB, 256 * MIB), 'DISK_FULL: 100 MiB free, 156 MiB more needed');
  assert.equal(lacking(256 * MIB, 256 * MIB), null);
});

test('errors of the file system and of lmdb are told by one code, others stay', () => {
  const cases: [unknown, string][] = [
    [Object.assign(new Error('x'), { code: 'ENOSPC' }), 'DISK_FULL'],
    [Object.assign(new Error('x'), { code: 'EDQUOT' }), 'DISK_FULL'],
    [Object.assign(new Error('No space left on device: …'), { code: 28 }), 'DISK_FULL'],
    [
      Object.assign(new Error('MDB_MAP_FULL: Environment mapsize limit reached'), { code: -30792 }),
      'DISK_FULL',
    ],
    [Object.assign(new Error('x'), { code: 'EIO' }), 'DISK_FAILED'],
    [Object.assign(new Error('x'), { code: 'EROFS' }), 'DISK_FAILED'],
    [new Error('x'), 'INTERNAL'],
  ];
  for (const [error, code] of cases) assert.equal(codeOf(toDiskError(error)), code);
});

test('a disk that is not there is said, and ends nobody', async () => {
  assert.deepEqual(await diskSpace('/no/such/folder'), {
    state: 'DISK_FAILED',
    free: 0,
    detail: 'DISK_FAILED: /no/such/folder',
  });
});

test('a service says how its disk is: room, little left, full, and room again', {
  skip: withoutMount,
}, async (t) => {
  const disk = new SmallDisk(600);
  t.after(() => disk.remove());
  const ready = new Readiness();
  const metrics = new Metrics('test');
  const log = createLogger('test', 'silent');
  const watch = await watchDisk(disk.folder, { ready, metrics, log }, 20);
  t.after(() => watch.stop());
  const check = () => ready.describe()['disk'];
  assert.deepEqual(check(), { ok: true, detail: '' });
  disk.fill(300 * MIB);
  await until(() => check()?.detail === 'DISK_LOW: 300 MiB free, at 256 MiB nothing more is taken');
  assert.equal(check()?.ok, true);
  disk.fill(200 * MIB);
  await until(() => check()?.detail === 'DISK_FULL: 200 MiB free, 56 MiB more needed');
  assert.equal(check()?.ok, false);
  assert.match(await metrics.text(), new RegExp(`interleave_disk_free_bytes\\S* ${200 * MIB}\n`));
  disk.empty();
  await until(() => check()?.ok === true && check()?.detail === '');
});

test('lmdb is not touched without room, and what waits for it says so and goes on', {
  skip: withoutMount,
}, async (t) => {
  const disk = new SmallDisk(80);
  t.after(() => disk.remove());
  requireLmdbRoom(disk.folder);
  disk.fill();
  assert.throws(() => requireLmdbRoom(disk.folder), { code: 'DISK_FULL' });
  const ready = new Readiness();
  const log = createLogger('test', 'silent');
  const waiting = untilLmdbRoom(disk.folder, { ready, log }, { pollMs: 20 });
  await until(() => ready.describe()['cache']?.ok === false);
  assert.match(ready.describe()['cache']?.detail ?? '', /DISK_FULL: 0 MiB free, 64 MiB more needed/);
  disk.empty();
  await waiting;
  assert.equal(ready.ok, true);
  assert.ok((await freeBytes(disk.folder)) > LMDB_MIN_FREE_BYTES);
});
