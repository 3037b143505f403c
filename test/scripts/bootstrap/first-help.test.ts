import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../../platform/process/project-root.ts';

test('in a fresh clone `npm start -- --help` helps at once, and installs nothing', (t) => {
  const clone = mkdtempSync(join(tmpdir(), 'interleave-clone-'));
  t.after(() => rmSync(clone, { recursive: true, force: true }));
  for (const path of ['scripts/bootstrap', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(projectRoot(), path), join(clone, path), { recursive: true });
  for (const word of ['--help', '-h']) {
    const start = join(clone, 'scripts', 'bootstrap', 'start.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [start, word], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^Usage: npm start/);
    for (const option of ['--no-feed', '--rate', '--data-dir', '--port', '--any-ports', '--rebuild-index'])
      assert.ok(stdout.includes(option), option);
  }
  for (const made of ['node_modules', 'build', '.interleave'])
    assert.ok(!existsSync(join(clone, made)), made);
});
