import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeDataPrivate } from '../../cli/up/private-data.ts';
import { openToOthers } from '../support/open-to-others.ts';

const folder = mkdtempSync(join(tmpdir(), 'interleave-data-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function wide(dataDir: string, name: string): void {
  mkdirSync(join(dataDir, name), { recursive: true });
  chmodSync(join(dataDir, name), 0o755);
  writeFileSync(join(dataDir, name, 'file'), '');
  chmodSync(join(dataDir, name, 'file'), 0o644);
}

test('what an older version left open is narrowed, and how many files that were is said once', async () => {
  const dataDir = join(folder, 'older');
  for (const name of ['joiner', 'objects', 'objects/0123']) wide(dataDir, name);
  chmodSync(dataDir, 0o755);
  const said: string[] = [];
  await makeDataPrivate(dataDir, (line) => said.push(line));
  assert.match(said.join(), /^! 6 files and folders below .* could be reached by other users/);
  assert.deepEqual(openToOthers(dataDir), []);
  await makeDataPrivate(dataDir, (line) => said.push(line));
  assert.equal(said.length, 1);
});

test('a folder that serves something else, too, keeps its rights and what is not ours', async () => {
  const dataDir = join(folder, 'shared');
  for (const name of ['joiner', 'pictures']) wide(dataDir, name);
  chmodSync(dataDir, 0o755);
  await makeDataPrivate(dataDir, () => undefined);
  assert.deepEqual(openToOthers(dataDir).sort(), ['0644 pictures/file', '0755 .', '0755 pictures']);
  assert.equal(statSync(join(dataDir, 'joiner', 'file')).mode & 0o777, 0o600);
});

test('the first start makes the folder, for us alone', async () => {
  const dataDir = join(folder, 'new', 'data');
  await makeDataPrivate(dataDir, assert.fail);
  assert.deepEqual(openToOthers(dataDir), []);
});
