import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { bootstrap } from '../../support/bootstrap.ts';

const { requirePlatform, requireCompiler } = await bootstrap<{
  requirePlatform(machine?: { platform: string; arch: string; glibc: string | undefined }): void;
  requireCompiler(tools?: { make?: string; compiler?: string; prefix?: string }): Promise<void>;
}>('../native/requirements.mjs');
const { installArguments, gypArguments } = await bootstrap<{
  installArguments(kinds: { package: string; version: string }[]): string[];
  gypArguments(nodeGyp: string, folder: string, prefix: string): string[];
}>('../native/addon.mjs');
const { progressLine, DownloadProgress } = await bootstrap<{
  progressLine(bytes: number, total: number, seconds: number): string;
  DownloadProgress: new (
    total: number,
    say: (line: string) => void,
    now: () => number,
  ) => { at(bytes: number): void; done(bytes: number): void };
}>('../native/download-progress.mjs');

const missing = (message: RegExp) => ({ code: 'PREREQUISITE_MISSING', message });

test('another machine than the wheels are built for is told in one sentence', () => {
  requirePlatform({ platform: 'linux', arch: 'x64', glibc: '2.36' });
  for (const machine of [
    { platform: 'darwin', arch: 'arm64', glibc: undefined },
    { platform: 'linux', arch: 'arm64', glibc: '2.36' },
    { platform: 'linux', arch: 'x64', glibc: undefined },
  ])
    assert.throws(() => requirePlatform(machine), missing(/Linux on x86-64 with glibc/));
});

test('a missing compiler is named with the Debian packages, and missing headers with their folder', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-compiler-'));
  t.after(() => rm(folder, { recursive: true }));
  const tools = { make: process.execPath, compiler: process.execPath, prefix: folder };
  await assert.rejects(
    requireCompiler({ ...tools, make: '/nowhere/make', compiler: '/nowhere/g++' }),
    missing(/^make and a C\+\+ compiler must be on the PATH \(Debian: apt-get install make g\+\+\)\.$/),
  );
  await assert.rejects(requireCompiler(tools), missing(/include\/node.*libnode-dev/));
  await mkdir(join(folder, 'include', 'node'), { recursive: true });
  await writeFile(join(folder, 'include', 'node', 'node_api.h'), '');
  await requireCompiler(tools);
});

test('npm runs no script, writes nothing down, and keeps the other kind', () => {
  const args = installArguments([
    { package: '@tensorflow/tfjs-node', version: '4.22.0' },
    { package: '@tensorflow/tfjs-node-gpu', version: '4.22.0' },
  ]);
  for (const wanted of ['--ignore-scripts', '--no-save', '@tensorflow/tfjs-node@4.22.0'])
    assert.ok(args.includes(wanted), wanted);
});

test('the addon is compiled against the headers of this Node, so that none are downloaded', () => {
  assert.ok(gypArguments('node-gyp.js', 'folder', '/usr/local').includes('--nodedir=/usr/local'));
});

test('progress says how much is there, how quickly it comes and how long it takes still', () => {
  assert.equal(progressLine(812e6, 2112e6, 20), '812 of 2,112 MB (38 %), 41 MB/s, 33 s left');
  assert.equal(progressLine(0, 2112e6, 5), '0 of 2,112 MB (0 %), 0 MB/s');
  const lines: string[] = [];
  let now = 0;
  const progress = new DownloadProgress(
    200e6,
    (line) => lines.push(line),
    () => now,
  );
  progress.done(100e6);
  for (now = 1_000; now <= 12_000; now += 1_000) progress.at(50e6);
  assert.deepEqual(
    lines.map((line) => line.trim()),
    ['… 150 of 200 MB (75 %), 30 MB/s, 2 s left', '… 150 of 200 MB (75 %), 15 MB/s, 4 s left'],
  );
});

test('a set-up that does not exist is a usage error, and help says what each needs', () => {
  const script = join(projectRoot(), 'scripts', 'native', 'setup.mjs');
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  assert.equal(run('tpu').status, 2);
  const { status, stdout } = run('gpu', '--help');
  assert.equal(status, 0);
  assert.match(stdout, /CUDA 12\.2[\s\S]*Python 3 with pip, make and g\+\+/);
});

test('package.json names both, and the versions that are installed', async () => {
  const { scripts } = JSON.parse(await readFile(join(projectRoot(), 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  assert.equal(scripts['setup:native'], 'node scripts/native/setup.mjs native');
  assert.equal(scripts['setup:gpu'], 'node scripts/native/setup.mjs gpu');
});
