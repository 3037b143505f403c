import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { narrowInside, privateFolder } from '../../../platform/process/private-folder.ts';
import { openToOthers } from '../../support/open-to-others.ts';

const folder = mkdtempSync(join(tmpdir(), 'interleave-private-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

function make(path: string, mode: number): void {
  writeFileSync(path, 'x');
  chmodSync(path, mode);
}

test('what others could reach is narrowed to its owner, whose own rights stay, and is counted', async () => {
  const data = join(folder, 'data');
  mkdirSync(join(data, 'deep', 'deeper'), { recursive: true });
  chmodSync(join(data, 'deep'), 0o755);
  chmodSync(join(data, 'deep', 'deeper'), 0o700);
  make(join(data, 'deep', 'deeper', 'read-by-all'), 0o644);
  make(join(data, 'program'), 0o755);
  make(join(data, 'of-the-group'), 0o640);
  make(join(data, 'ours'), 0o600);
  chmodSync(data, 0o755);

  assert.deepEqual(await privateFolder(data), { narrowed: 5, refused: 0 });
  assert.deepEqual(openToOthers(data), []);
  assert.equal(modeOf(join(data, 'program')), 0o700);
  assert.equal(modeOf(join(data, 'deep', 'deeper', 'read-by-all')), 0o600);
  assert.deepEqual(await privateFolder(data), { narrowed: 0, refused: 0 });
});

test('a link out of the folder changes nothing where it points to', async () => {
  const data = join(folder, 'linked');
  mkdirSync(data);
  make(join(folder, 'elsewhere'), 0o644);
  symlinkSync(join(folder, 'elsewhere'), join(data, 'link'));
  assert.deepEqual(await narrowInside(data), { narrowed: 0, refused: 0 });
  assert.equal(modeOf(join(folder, 'elsewhere')), 0o644);
});

test('a folder that is skipped is narrowed itself, and not looked into', async () => {
  const data = join(folder, 'skipped');
  mkdirSync(join(data, 'many'), { recursive: true });
  chmodSync(join(data, 'many'), 0o755);
  make(join(data, 'many', 'file'), 0o644);
  assert.deepEqual(await narrowInside(data, { skip: (path) => path.endsWith('many') }), {
    narrowed: 1,
    refused: 0,
  });
  assert.equal(modeOf(join(data, 'many', 'file')), 0o644);
});
