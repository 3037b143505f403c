import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { bootstrap } from '../../support/bootstrap.ts';

interface LockFile {
  packages: Record<
    string,
    { optionalDependencies?: Record<string, string>; resolved?: string; dev?: boolean }
  >;
}

const { missingOptionalPackages } = await bootstrap<{
  missingOptionalPackages(packages: LockFile['packages']): [string, object][];
}>('lock-file.mjs');

test('the lock file names the optional packages of every system, or `npm ci` would refuse it', async () => {
  const lock = JSON.parse(await readFile(join(projectRoot(), 'package-lock.json'), 'utf8')) as LockFile;
  assert.deepEqual(
    missingOptionalPackages(lock.packages).map(([path]) => path),
    [],
    'run `node scripts/bootstrap/complete-lock-file.mjs`',
  );
  assert.ok(Object.values(lock.packages).every(({ resolved }) => resolved === undefined));
});

test('the engine for GPUs is an optional peer: the lock file does not bring it', async () => {
  const [lock, own] = await Promise.all(
    ['package-lock.json', 'package.json'].map(async (file) =>
      JSON.parse(await readFile(join(projectRoot(), file), 'utf8')),
    ),
  );
  const name = '@tensorflow/tfjs-node-gpu';
  assert.ok(name in own.peerDependencies);
  assert.deepEqual(own.peerDependenciesMeta[name], { optional: true });
  assert.ok(!(`node_modules/${name}` in lock.packages));
  // Its install script would fetch CUDA libraries.
  assert.equal(own.allowScripts['onnxruntime-node'], false);
});

test('an optional package is looked for where Node would look, and named with its system', () => {
  const packages = {
    '': {},
    'node_modules/a': {
      optionalDependencies: {
        '@a/linux-x64-musl': '1.0.0',
        'a-win32-arm64': '1.0.0',
        there: '2.0.0',
        nested: '1.0.0',
      },
      dev: true,
    },
    'node_modules/there': {},
    'node_modules/a/node_modules/nested': {},
    'node_modules/b': { optionalDependencies: { 'any-range': '^1.0.0' } },
  };
  assert.deepEqual(missingOptionalPackages(packages), [
    [
      'node_modules/@a/linux-x64-musl',
      { version: '1.0.0', os: ['linux'], cpu: ['x64'], libc: ['musl'], dev: true, optional: true },
    ],
    [
      'node_modules/a-win32-arm64',
      { version: '1.0.0', os: ['win32'], cpu: ['arm64'], dev: true, optional: true },
    ],
  ]);
});
