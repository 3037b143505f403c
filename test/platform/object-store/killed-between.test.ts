/**
 * A process is killed (SIGKILL) before each change that it makes to the disk, one after the other, while it puts, links
 * or erases. Whatever it had done by then: what was confirmed is there, no case names what is not whole, and once the
 * same is done again no bytes are left that no case holds.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import test from 'node:test';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import { BY_DIGEST } from '../../../platform/object-store/object-names.ts';
import { MAX_SMALL_OBJECT_BYTES } from '../../../platform/object-store/small-objects.ts';

const LARGE = Buffer.alloc(MAX_SMALL_OBJECT_BYTES + 1, 'x');
const SMALL = Buffer.alloc(5, 'x');
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Runs in the main thread of the child and in its disk threads; each call is a byte of the file. */
const KILL = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';
const { appendFileSync, statSync } = fs;
const { CALLS, KILL_AT } = process.env;
const count = (what) => {
  if (!fs.existsSync(CALLS + '.armed')) return;
  appendFileSync(CALLS, '.');
  if (statSync(CALLS).size > Number(KILL_AT)) process.kill(process.pid, 'SIGKILL');
};
for (const [where, names] of [[fs, ['linkSync', 'renameSync', 'rmSync']], [fs.promises, ['rename', 'rm', 'rmdir', 'link']]])
  for (const name of names) {
    const real = where[name];
    where[name] = (...given) => (count(name), real(...given));
  }
threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    // As it is written a thread is given as code that loads TypeScript; compiled it is a file.
    const run = options?.eval ? file : \`import('\${file}')\`;
    super(\`import('\${process.env.KILL}').then(() => { \${run} })\`, { ...options, eval: true });
  }
};
syncBuiltinESMExports();
`;

/** Compiled, or as it is written: as this test runs. */
const STORE = new URL(
  `../../../platform/object-store/local-folder${extname(import.meta.filename)}`,
  import.meta.url,
).href;

interface Killed {
  bytes: Buffer;
  /** cases that hold the object first; it is put by the process that is killed, so that a small one is in its journal */
  before: string[];
  act: string;
  /** cases that hold it at the end */
  after: string[];
}

/** `store`, `bytes` and `sha256` are there. */
const PUT = `await store.put(['case1', 'case2'], bytes, '');`;
const LINK = `await store.link(sha256, 'case1', 'case2');`;
const DROP = `await store.drop(sha256, 'case1');`;
const ERASE = `await store.eraseCase('case1');`;

const CHILD = ({ bytes, before, act }: Killed) => `
import { writeFileSync } from 'node:fs';
import { LocalFolderStore } from '${STORE}';
const store = await LocalFolderStore.open(process.env.STORE);
const bytes = Buffer.alloc(${bytes.length}, 'x');
const sha256 = '${digestOf(bytes)}';
${before.length > 0 ? `await store.put(${JSON.stringify(before)}, bytes, '');` : ''}
writeFileSync(process.env.CALLS + '.armed', '');
${act}
writeFileSync(process.env.CALLS + '.done', '');
await store.close();
`;

async function kill(root: string, one: Killed, killAt: number) {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-calls-'));
  const calls = join(folder, 'calls');
  await writeFile(calls, '');
  const load = `data:text/javascript,${encodeURIComponent(KILL).replaceAll("'", '%27')}`;
  const args = ['--import', load, '--import', 'tsx', '--input-type=module', '-e', CHILD(one)];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, KILL: load, STORE: root, CALLS: calls, KILL_AT: String(killAt) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  const names = await readdir(folder);
  await rm(folder, { recursive: true });
  return { killed: signal === 'SIGKILL', code, confirmed: names.includes('calls.done') };
}

/** How many names each object has that has one by its digest: with that name alone it is nobody's. */
async function links(root: string): Promise<number[]> {
  const folders = await readdir(join(root, BY_DIGEST)).catch(() => []);
  const found: number[] = [];
  for (const folder of folders)
    for (const name of await readdir(join(root, BY_DIGEST, folder)))
      found.push((await stat(join(root, BY_DIGEST, folder, name))).nlink);
  return found;
}

async function holders(store: LocalFolderStore, sha256: string): Promise<string[]> {
  const found: string[] = [];
  for (const caseId of ['case1', 'case2']) if (await store.has(caseId, sha256)) found.push(caseId);
  return found;
}

/** What the killed process was to do. */
async function doAgain(store: LocalFolderStore, { act, bytes }: Killed): Promise<void> {
  const sha256 = digestOf(bytes);
  if (act === PUT) await store.put(['case1', 'case2'], bytes, '');
  else if (act === LINK) await store.link(sha256, 'case1', 'case2');
  else if (act === DROP) await store.drop(sha256, 'case1');
  else await store.eraseCase('case1');
}

/** The number of places at which it was killed. */
async function killedEverywhere(one: Killed): Promise<number> {
  const { bytes, before, after } = one;
  const sha256 = digestOf(bytes);
  for (let killAt = 0; ; killAt += 1) {
    const root = await mkdtemp(join(tmpdir(), 'interleave-killed-'));
    try {
      const { killed, code, confirmed } = await kill(root, one, killAt);
      assert.ok(killed || code === 0, `ended with ${code}`);
      const store = await LocalFolderStore.open(root);
      await store.clearIncoming(-1);
      const now = await holders(store, sha256);
      for (const caseId of now) assert.deepEqual(await store.read(caseId, sha256), bytes);
      if (confirmed) assert.deepEqual(now, after, `it was confirmed, and killed at ${killAt}`);
      for (const caseId of before.filter((id) => after.includes(id))) assert.ok(now.includes(caseId));
      await doAgain(store, one);
      assert.deepEqual(await holders(store, sha256), after);
      // A killed process leaves its segment for an hour.
      for (const caseId of after) assert.deepEqual(await store.read(caseId, sha256), bytes);
      await store.close();
      for (const count of await links(root)) assert.ok(count > 1, `bytes of no case, killed at ${killAt}`);
      for (const caseId of after) await store.eraseCase(caseId);
      assert.deepEqual(await links(root), []);
      for (const caseId of ['case1', 'case2']) assert.equal(await store.has(caseId, sha256), false);
      if (!killed) return killAt;
    } finally {
      await rm(root, { recursive: true });
    }
  }
}

const both = ['case1', 'case2'];
for (const [size, bytes] of [
  ['large', LARGE],
  ['small', SMALL],
] as const) {
  test(`a ${size} object is put`, async () => {
    assert.ok((await killedEverywhere({ bytes, before: [], act: PUT, after: both })) > 2);
  });
  test(`a ${size} object gets another case`, async () => {
    assert.ok((await killedEverywhere({ bytes, before: ['case1'], act: LINK, after: both })) > 1);
  });
  test(`a case with a ${size} object that another holds, too, is erased`, async () => {
    assert.ok((await killedEverywhere({ bytes, before: both, act: ERASE, after: ['case2'] })) > 2);
  });
}
test('a case is erased that alone holds its object', async () => {
  assert.ok((await killedEverywhere({ bytes: LARGE, before: ['case1'], act: ERASE, after: [] })) > 3);
});
test('a case no longer holds its object', async () => {
  assert.ok((await killedEverywhere({ bytes: LARGE, before: ['case1'], act: DROP, after: [] })) > 1);
});
