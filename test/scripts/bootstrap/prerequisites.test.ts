import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { bootstrap } from '../../support/bootstrap.ts';

const { requireNode, requireJava, requireMaven, requirePython, requireDisk } = await bootstrap<{
  requireNode(version?: string): void;
  requireJava(java?: string): Promise<void>;
  requireMaven(maven?: string): Promise<void>;
  requirePython(python?: string): Promise<void>;
  requireDisk(folder: string, neededMb?: number): Promise<void>;
}>('prerequisites.mjs');

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-prerequisites-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, script: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

const missing = (message: RegExp) => ({ code: 'PREREQUISITE_MISSING', message });

test('Node 20.19 to 22 is accepted, others in one sentence not', () => {
  for (const version of ['20.19.0', '20.20.2', '21.0.0', '22.23.3']) requireNode(version);
  for (const version of ['18.20.0', '20.18.3', '23.0.0', '24.1.0'])
    assert.throws(
      () => requireNode(version),
      missing(/^Node\.js 20\.19 to 22 is needed and this is \d+\.\d+\.\d+: install Node\.js 22\.$/),
    );
});

test('a missing or old Java, Maven or pip is one sentence that says what to install', async () => {
  const oldJava = await program('java', `echo 'openjdk version "11.0.2" 2019-01-15' >&2`);
  const newJava = await program('java-17', `echo 'openjdk version "17.0.15" 2025-04-15' >&2`);
  const noPip = await program('python3', "echo 'No module named pip' >&2; exit 1");
  await requireJava(newJava);
  await assert.rejects(
    requireJava(oldJava),
    missing(/^Java 17 or newer must be on the PATH \(Debian: .*\)\.$/),
  );
  await assert.rejects(requireJava(join(folder, 'none')), missing(/Java 17/));
  await assert.rejects(requireMaven(join(folder, 'none')), missing(/^Maven \(mvn\) must be on the PATH/));
  await assert.rejects(requirePython(noPip), missing(/^Python 3 with pip must be on the PATH/));
});

test('a disk that is too small is one sentence', async () => {
  await requireDisk(folder, 1);
  await assert.rejects(requireDisk(folder, 1e9), {
    code: 'RESOURCES_TOO_SMALL',
    message: /disk space is needed in .* is free: free some and start again\.$/,
  });
});

test('what is printed is one line without a stack, and the exit code is 1', () => {
  const script = `
    import { failWith, SetupError } from ${JSON.stringify(join(projectRoot(), 'scripts/bootstrap/setup-error.mjs'))};
    failWith(new SetupError('PREREQUISITE_MISSING', 'Install it.'));
  `;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.equal(stderr, 'interleave: Install it. (PREREQUISITE_MISSING)\n');
});
