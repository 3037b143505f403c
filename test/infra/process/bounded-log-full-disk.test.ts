import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BoundedLog } from '../../../infra/process/bounded-log.ts';
import { SmallDisk, withoutMount } from '../../support/small-disk.ts';

const line = (n: number) => Buffer.from(`line ${n}\n`);
const read = (file: string) => readFileSync(file, 'utf8');

test('lines that a full disk did not take are in the log once there is room, in order and once', {
  skip: withoutMount,
}, (t) => {
  const disk = new SmallDisk(1);
  t.after(() => disk.remove());
  const log = new BoundedLog(join(disk.folder, 'search.log'));
  log.write(line(1));
  disk.fill();
  for (let n = 2; n <= 500; n++) log.write(line(n));
  assert.deepEqual(log.lastLines(1), ['line 500']);
  disk.empty();
  log.write(line(501));
  log.close();
  const lines = Array.from({ length: 501 }, (_, n) => `line ${n + 1}\n`);
  assert.equal(read(log.file), lines.join(''));
});

test('of more than is held the newest stay, and how much was lost is said in the log', {
  skip: withoutMount,
}, (t) => {
  const disk = new SmallDisk(1);
  t.after(() => disk.remove());
  const log = new BoundedLog(join(disk.folder, 'search.log'), 1024 * 1024, 100);
  disk.fill();
  for (let n = 100; n < 200; n++) log.write(line(n));
  disk.empty();
  log.write(line(200));
  log.close();
  const [note, ...lines] = read(log.file).split('\n');
  // What the disk still took before it was full stands before the note's lines are counted.
  assert.match(read(log.file), /\(\d+ bytes of this log were lost: the disk did not take them\)/);
  assert.ok(note !== undefined && lines.includes('line 199') && lines.includes('line 200'));
});

test('a log that cannot be opened on a full disk is written when there is room', {
  skip: withoutMount,
}, (t) => {
  const disk = new SmallDisk(1);
  t.after(() => disk.remove());
  disk.fill();
  const log = new BoundedLog(join(disk.folder, 'logs', 'kafka.log'));
  log.write(line(1));
  disk.empty();
  log.write(line(2));
  log.close();
  assert.equal(read(log.file), 'line 1\nline 2\n');
});

test('a log that reaches its bound on a full disk goes on in a new file', { skip: withoutMount }, (t) => {
  const disk = new SmallDisk(1);
  t.after(() => disk.remove());
  const log = new BoundedLog(join(disk.folder, 'kafka.log'), 64);
  for (let n = 1; n <= 8; n++) log.write(line(n));
  disk.fill();
  for (let n = 9; n <= 20; n++) log.write(line(n));
  disk.empty();
  log.write(line(21));
  log.close();
  assert.match(read(log.file), /line 21\n$/);
});
