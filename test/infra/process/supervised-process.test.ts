import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  RESTART_FIRST_WAIT_MS,
  RESTART_HEALTHY_MS,
  RESTART_LONGEST_WAIT_MS,
} from '../../../infra/process/limits.ts';
import { groupExists } from '../../../infra/process/process-identity.ts';
import { restartWait, SupervisedProcess } from '../../../infra/process/supervised-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'interleave-supervised-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const spec = (script: string) => ({
  name: 'child',
  command: process.execPath,
  args: ['-e', script],
  logFile: join(folder, 'child.log'),
});

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 500, 'it took too long');
    await sleep(20);
  }
}

test('a killed child is started again, that is said, and stop leaves no process', async () => {
  const said: string[] = [];
  let changes = 0;
  const child = new SupervisedProcess(spec('setInterval(() => {}, 1000)'), {
    say: (line) => said.push(line),
    changed: () => changes++,
    firstWaitMs: 50,
  });
  const first = child.current;
  first.kill();
  await until(() => child.restarts === 1);
  assert.notEqual(child.current.pid, first.pid);
  assert.equal(changes, 1);
  assert.match(said[0] ?? '', /^child was ended by SIGKILL; it is started again in 0\.05 s/);
  const { pid } = child.current;
  await child.stop();
  assert.ok(pid !== undefined && !groupExists(pid));
  await sleep(150);
  assert.equal(child.restarts, 1, 'stopped on purpose: not started again');
});

test('a child that cannot live is waited for longer and longer', async () => {
  const said: string[] = [];
  const child = new SupervisedProcess(spec('process.exit(3)'), {
    say: (line) => said.push(line),
    firstWaitMs: 10,
    longestWaitMs: 40,
  });
  await until(() => said.length >= 4);
  await child.stop();
  assert.deepEqual(
    said.slice(0, 4).map((line) => /code 3; it is started again in ([\d.]+) s/.exec(line)?.[1]),
    ['0.01', '0.02', '0.04', '0.04'],
  );
});

test('why a child ended is said once, until it ends for another reason', async () => {
  const said: string[] = [];
  const child = new SupervisedProcess(spec("console.log('no schema'); process.exit(1)"), {
    say: (line) => said.push(line),
    why: (lines) => lines.at(-1) ?? '',
    firstWaitMs: 50,
    longestWaitMs: 50,
  });
  await until(() => child.restarts === 3);
  await child.stop();
  assert.deepEqual(
    said.filter((line) => !line.includes('started again')),
    ['child: no schema'],
  );
});

test('a child that ended for good is not started again; that is told once, with its last words', async () => {
  const said: string[] = [];
  const told: string[][] = [];
  const child = new SupervisedProcess(spec("console.log('no weights'); process.exit(2)"), {
    say: (line) => said.push(line),
    isFinal: ({ code }) => code === 2,
    endedForGood: (ended) => told.push(ended.lastLines(1)),
    firstWaitMs: 5,
  });
  await until(() => child.endedForGood);
  await sleep(100);
  assert.deepEqual([said, told, child.restarts], [[], [['no weights']], 0]);
  await child.stop();
});

test('a stop during the wait starts nothing any more', async () => {
  const said: string[] = [];
  const child = new SupervisedProcess(spec('process.exit(1)'), {
    say: (line) => said.push(line),
    firstWaitMs: 100,
  });
  await until(() => said.length === 1);
  await child.stop();
  await sleep(250);
  assert.equal(child.restarts, 0);
});

test('the waits: half a second, doubling to half a minute, reset by a healthy minute', () => {
  const waits = [0, 1, 2, 3, 7, 50].map((deaths) =>
    restartWait(deaths, RESTART_FIRST_WAIT_MS, RESTART_LONGEST_WAIT_MS),
  );
  assert.deepEqual(waits, [500, 500, 1000, 2000, 30_000, 30_000]);
  assert.equal(RESTART_HEALTHY_MS, 60_000);
});

test('a child that may not be started now is waited for, and why is said once', async (t) => {
  const said: string[] = [];
  let full = true;
  const child = new SupervisedProcess(spec('setInterval(() => {}, 1000)'), {
    say: (line) => said.push(line),
    hold: async () => (full ? 'DISK_FULL: 1 MiB free, 2 MiB more needed' : null),
    firstWaitMs: 10,
    holdPollMs: 10,
  });
  t.after(() => child.stop());
  child.current.kill();
  await until(() => said.length === 2);
  await sleep(100);
  assert.equal(child.restarts, 0);
  assert.equal(child.current.running, false);
  assert.match(child.heldBy, /^DISK_FULL/);
  full = false;
  await until(() => child.restarts === 1);
  assert.equal(said.length, 2);
  assert.equal(said[1], 'child is not started again yet: DISK_FULL: 1 MiB free, 2 MiB more needed');
  assert.equal(child.heldBy, '');
});

test('a stop while a child may not be started starts nothing any more', async () => {
  const said: string[] = [];
  const child = new SupervisedProcess(spec('process.exit(1)'), {
    say: (line) => said.push(line),
    hold: async () => 'DISK_FULL',
    firstWaitMs: 10,
    holdPollMs: 10,
  });
  await until(() => said.length === 2);
  await child.stop();
  await sleep(100);
  assert.equal(child.restarts, 0);
});
