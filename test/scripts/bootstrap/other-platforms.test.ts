import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { bootstrap } from '../../support/bootstrap.ts';

const { removeOtherPlatforms } = await bootstrap<{
  removeOtherPlatforms(folder: string, machine: { platform: string; arch: string }): void;
}>('other-platforms.mjs');

const SYSTEMS = ['linux/x64', 'linux/arm64', 'darwin/arm64', 'win32/x64'];

let folder: string;
const bin = (system: string) => join(folder, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', system);
const left = () => SYSTEMS.filter((system) => existsSync(join(bin(system), 'binding.node')));

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-platforms-'));
});
after(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  for (const system of SYSTEMS) {
    await mkdir(bin(system), { recursive: true });
    await writeFile(join(bin(system), 'binding.node'), '');
  }
});

test('libraries of other systems go, those of this one stay, however often', () => {
  for (let time = 0; time < 2; time++) {
    removeOtherPlatforms(folder, { platform: 'linux', arch: 'x64' });
    assert.deepEqual(left(), ['linux/x64']);
  }
});

test('where there is none for this system, or no package, nothing is removed', () => {
  removeOtherPlatforms(folder, { platform: 'darwin', arch: 'x64' });
  removeOtherPlatforms(join(folder, 'nowhere'), { platform: 'linux', arch: 'x64' });
  assert.deepEqual(left(), SYSTEMS);
});
