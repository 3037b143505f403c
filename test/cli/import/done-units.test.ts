import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DoneUnits } from '../../../cli/import/done-units.ts';

/** Compiled or not, as the test itself is. */
const ENDING = extname(import.meta.filename);

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'interleave-done-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

test('what is done stays done, its name is kept as a digest, and its owner alone reads it', async (t) => {
  const path = join(await folder(t), 'import');
  const first = await DoneUnits.open(path);
  await first.add('folder /archive/Vogel^Anna/1.dcm 1 2', []);
  assert.deepEqual(first.refusedOf('folder /archive/Vogel^Anna/1.dcm 1 2'), []);
  assert.equal(first.refusedOf('another'), null);
  await first.close();
  const second = await DoneUnits.open(path);
  assert.deepEqual(second.refusedOf('folder /archive/Vogel^Anna/1.dcm 1 2'), []);
  await second.close();
  for (const name of await readdir(path)) {
    assert.equal((await stat(join(path, name))).mode & 0o077, 0, name);
    assert.equal((await readFile(join(path, name))).includes('Vogel'), false);
  }
});

test('a folder that cannot be written is told with what to do, and no stack', async (t) => {
  const file = join(await folder(t), 'file');
  await writeFile(file, '');
  await assert.rejects(DoneUnits.open(file), { code: 'FILE_UNWRITABLE', message: /--state DIR/ });
});

test('what was refused of a unit is told again by the next import', async (t) => {
  const path = await folder(t);
  const refused = [{ item: '/archive/torn.dcm', kind: 'image', accepted: false, code: 'C000' }] as const;
  const first = await DoneUnits.open(path);
  await first.add('torn', refused);
  await first.close();
  const second = await DoneUnits.open(path);
  assert.deepEqual(second.refusedOf('torn'), refused);
  await second.close();
});

test('one import at a time has it', {
  skip: process.platform === 'linux' ? false : 'SKIPPED: only Linux has abstract sockets',
}, async (t) => {
  const path = await folder(t);
  const first = await DoneUnits.open(path);
  await assert.rejects(DoneUnits.open(path), { code: 'ALREADY_RUNNING' });
  await first.close();
  await (await DoneUnits.open(path)).close();
});

test('what was said to be done is done after a kill -9', async (t) => {
  const path = await folder(t);
  const program = `
    import { DoneUnits } from ${JSON.stringify(join(import.meta.dirname, `../../../cli/import/done-units${ENDING}`))};
    const done = await DoneUnits.open(${JSON.stringify(path)});
    for (let n = 0; ; n++) { await done.add('unit ' + n, []); console.log(n); }`;
  const child = spawn(process.execPath, [...process.execArgv, '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.length > 500) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const last = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
  assert.ok(last > 50);
  const done = await DoneUnits.open(path);
  for (let n = 0; n <= last; n++) assert.deepEqual(done.refusedOf(`unit ${n}`), [], `unit ${n}`);
  await done.close();
});
