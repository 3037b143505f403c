import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ManagedProcess } from '../../../infra/process/managed-process.ts';
import { groupExists, identify, isRunning } from '../../../infra/process/process-identity.ts';

const folder = mkdtempSync(join(tmpdir(), 'interleave-process-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const node = (name: string, script: string) =>
  new ManagedProcess({
    name,
    command: process.execPath,
    args: ['-e', script],
    logFile: join(folder, `${name}.log`),
  });

async function untilSaid(child: ManagedProcess, words: string): Promise<void> {
  while (!child.lastLines(1).join().includes(words)) await sleep(10);
}

test('a child that stops on SIGTERM is let finish its work', async () => {
  const child = node(
    'polite',
    "process.on('SIGTERM', () => setTimeout(() => { console.log('drained'); process.exit(0); }, 100));" +
      "setInterval(() => {}, 1000); console.log('ready')",
  );
  await untilSaid(child, 'ready');
  assert.deepEqual(await child.stop(), { code: 0, signal: null });
  await untilSaid(child, 'drained');
  assert.match(readFileSync(join(folder, 'polite.log'), 'utf8'), /ready\ndrained/);
});

test('a child that ignores SIGTERM is killed after its grace, with the children it had', async () => {
  const child = node(
    'stubborn',
    "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);" +
      "const c = require('node:child_process').spawn('sleep', ['600']); console.log('child', c.pid);",
  );
  await untilSaid(child, 'child');
  const grandchild = Number(/child (\d+)/.exec(child.lastLines(1).join())?.[1]);
  assert.ok(identify(grandchild));
  const exit = await child.stop(200);
  assert.equal(exit.signal, 'SIGKILL');
  assert.ok(child.pid !== undefined && !groupExists(child.pid));
  assert.equal(identify(grandchild), undefined);
});

test('a program that does not exist is an exit, not an exception', async () => {
  const child = new ManagedProcess({
    name: 'none',
    command: '/does/not/exist',
    args: [],
    logFile: join(folder, 'none.log'),
  });
  assert.equal((await child.exited).code, 127);
  assert.equal(child.running, false);
  assert.match(child.lastLines().join(), /ENOENT/);
  await child.stop();
});

test('an identity tells a process from a later one with the same pid', async () => {
  const child = node('identity', 'setInterval(() => {}, 1000)');
  const identity = child.identity();
  assert.ok(identity);
  assert.equal(isRunning({ ...identity, started: '1' }), false);
  await child.stop();
  assert.equal(isRunning(identity), false);
});

test('an identity outlives an exec, as of a script that ends in one', async () => {
  const child = new ManagedProcess({
    name: 'exec',
    command: '/bin/sh',
    args: ['-c', 'echo shell; sleep 0.3; exec node -e "console.log(\'node\'); setInterval(() => {}, 1000)"'],
    logFile: join(folder, 'exec.log'),
  });
  await untilSaid(child, 'shell');
  const identity = child.identity();
  assert.ok(identity);
  await untilSaid(child, 'node');
  assert.ok(isRunning(identity));
  await child.stop();
  assert.equal(isRunning(identity), false);
});

test('what a child writes can be read by its user only, though we ourselves make files for all', async (t) => {
  const before = process.umask(0o022);
  t.after(() => process.umask(before));
  const file = join(folder, 'written-by-child');
  const child = node('writer', `require('node:fs').writeFileSync(${JSON.stringify(file)}, '')`);
  await child.silent;
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(process.umask(), 0o022);
});
