import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Instance, readInstance } from '../../cli/up/instance.ts';
import { SERVICES } from '../../cli/up/service-names.ts';
import { groupExists, isRunning } from '../../infra/process/process-identity.ts';
import { Cli, runCli } from '../support/cli.ts';
import { LEFT_OPEN, openToOthers } from '../support/open-to-others.ts';

/** Stands for a service: ready at once; the labeler also ignores SIGTERM. */
const FAKE_SERVICE = `
import { createServer } from 'node:http';
const name = process.argv[1];
if (name.includes('labeler')) process.on('SIGTERM', () => {});
createServer((request, response) => response.end('{"checks":{}}'))
  .listen(Number(process.env.INTERLEAVE_HEALTH_PORT), '127.0.0.1');
`;

let folder = '';
const dataDir = () => join(folder, 'data');
const env = () => ({ INTERLEAVE_PROGRAM_DIR: join(folder, 'programs') });
const up = (...options: string[]) =>
  new Cli(['up', '--no-feed', '--any-ports', '--json', '--data-dir', dataDir(), ...options], env());

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-up-'));
  await chmod(folder, 0o755); // Elasticsearch's user passes through, when we are root
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const service of SERVICES) {
    await mkdir(join(folder, 'programs', 'services', service), { recursive: true });
    await writeFile(join(folder, 'programs', 'services', service, 'main.js'), FAKE_SERVICE);
  }
});
after(() => rm(folder, { recursive: true, force: true }));

function instance(): Instance {
  const found = readInstance(dataDir());
  assert.ok(found);
  return found;
}

function child(name: string): Instance['children'][number]['identity'] {
  const found = instance().children.find((candidate) => candidate.name === name);
  assert.ok(found, name);
  return found.identity;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 600, what);
    await sleep(50);
  }
}

test('up starts everything, restarts what dies, survives its own SIGKILL, and Ctrl-C leaves no process', async (t) => {
  const first = up();
  t.after(() => first.child.kill('SIGKILL'));
  await first.said('Interleave is ready');
  const told = JSON.parse(first.stdout) as Instance;
  assert.deepEqual(
    told.children.map(({ name }) => name).sort(),
    ['elasticsearch', 'kafka', ...SERVICES].sort(),
  );

  await t.test('the site secret is ours alone', async () => {
    assert.equal((await stat(join(dataDir(), 'site-secret'))).mode & 0o777, 0o600);
  });

  await t.test('other users can read nothing below the data folder', () => {
    assert.deepEqual(openToOthers(dataDir()), LEFT_OPEN);
  });

  await t.test('a second up on the same data folder is refused', async () => {
    const { code, stderr } = await runCli(['up', '--data-dir', dataDir()], env());
    assert.equal(code, 3);
    assert.match(stderr, /ALREADY_RUNNING/);
    assert.match(stderr, new RegExp(`is used by process ${first.child.pid}`));
  });

  await t.test('status says that every part is ready', async () => {
    const { code, stdout } = await runCli(['status', '--json', '--data-dir', dataDir()]);
    const { parts, cases } = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.equal(parts.length, SERVICES.length + 2);
    assert.ok(parts.every((part: { ready: boolean }) => part.ready));
    assert.equal(cases, 0);
  });

  await t.test('a killed service is started again, and that is said', async () => {
    const killed = child('indexer');
    process.kill(killed.pid, 'SIGKILL');
    await first.said(/indexer was ended by SIGKILL; it is started again in 0\.5 s/);
    await until(() => child('indexer').pid !== killed.pid, 'another indexer');
    assert.ok(isRunning(child('indexer')));
  });

  const left = instance().children;
  first.child.kill('SIGKILL');
  await first.exit();
  assert.ok(left.some(({ identity }) => isRunning(identity)));

  await mkdir(join(dataDir(), 'joiner', '1'), { recursive: true });
  await writeFile(join(dataDir(), 'joiner', '1', 'cases.mdb'), 'written by a version before');
  for (const [name, mode] of [
    ['joiner', 0o755],
    ['joiner/1', 0o755],
    ['joiner/1/cases.mdb', 0o644],
    ['kafka/segments', 0o755],
  ] as const)
    await chmod(join(dataDir(), name), mode);
  const second = up();
  t.after(() => second.child.kill('SIGKILL'));
  await second.said(/4 files and folders below .* could be reached by other users/);
  await second.said('Stopping what an earlier start left behind');
  await second.said('Interleave is ready');
  for (const { name, identity } of left) assert.ok(!groupExists(identity.pid), name);
  assert.deepEqual(openToOthers(dataDir()), LEFT_OPEN);

  const running = instance().children;
  second.child.kill('SIGINT');
  assert.equal(await second.exit(), 0, second.stderr);
  for (const { name, identity } of running) assert.ok(!groupExists(identity.pid), name);
  assert.equal(existsSync(join(dataDir(), 'run', 'up.pid.json')), false);
  assert.match(second.stderr, /the data stays for the next start/);
});

test('where the data of Kafka are lost, up says so and what to do, and --rebuild-index does it', async (t) => {
  await rm(join(dataDir(), 'kafka'), { recursive: true });
  const refused = up();
  t.after(() => refused.child.kill('SIGKILL'));
  assert.equal(await refused.exit(), 1, refused.stderr);
  assert.match(
    refused.stderr,
    /cases-1-\d{14} was filled from .* up --rebuild-index.*\(INDEX_OF_OTHER_KAFKA\)/,
  );

  const rebuilding = up('--rebuild-index');
  t.after(() => rebuilding.child.kill('SIGKILL'));
  await rebuilding.said('Interleave is ready');
  rebuilding.child.kill('SIGINT');
  assert.equal(await rebuilding.exit(), 0, rebuilding.stderr);
});

test('down stops an up that is still starting', async (t) => {
  const starting = up();
  t.after(() => starting.child.kill('SIGKILL'));
  await until(() => readInstance(dataDir())?.children.length === 2, 'both engines started');
  const { children } = instance();
  const { code } = await runCli(['down', '--data-dir', dataDir()]);
  assert.equal(code, 0);
  assert.equal(await starting.exit(), 0, starting.stderr);
  for (const { identity } of children) assert.ok(!groupExists(identity.pid));
});
