import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { identify } from '../../../infra/process/process-identity.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';

const module = pathToFileURL(join(projectRoot(), 'scripts', 'bootstrap', 'follow-npm.mjs')).href;
const CHILD = `
  const { followNpm } = await import('${module}');
  followNpm();
  setInterval(() => {}, 1000);
  console.log(process.pid);
`;
/** Stands for the shell between npm and us. */
const SHELL = `
  const { spawn } = require('node:child_process');
  spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(CHILD)}], { stdio: 'inherit' });
  setInterval(() => {}, 1000);
`;

async function childOfKilledShell(env: Record<string, string>): Promise<number> {
  const { npm_lifecycle_event: _, ...rest } = process.env;
  const shell = spawn(process.execPath, ['-e', SHELL], {
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = (await once(shell.stdout, 'data')) as [Buffer];
  shell.kill('SIGKILL');
  await once(shell, 'exit');
  return Number(pid.toString());
}

test('below npm, we end when npm or its shell has gone', async () => {
  const pid = await childOfKilledShell({ npm_lifecycle_event: 'start' });
  for (let tries = 0; identify(pid) !== undefined; tries++) {
    assert.ok(tries < 200, 'it still runs');
    await sleep(50);
  }
});

test('below a shell we go on, as `up &` of someone who logs out', async () => {
  const pid = await childOfKilledShell({});
  await sleep(1_500);
  assert.ok(identify(pid));
  process.kill(pid, 'SIGKILL');
});
