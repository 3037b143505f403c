import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-objects-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

test('what is put is there under its SHA-256, and putting it again is harmless', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const ref = await store.put('case1', Buffer.from('raw'), 'text/plain');
    assert.deepEqual(ref, { sha256: sha256('raw'), size: 3, mediaType: 'text/plain' });
    assert.deepEqual(await store.put('case1', Buffer.from('raw'), 'text/plain'), ref);
    assert.equal((await store.read('case1', ref.sha256)).toString(), 'raw');
    const chunks = await (await store.open('case1', ref.sha256)).toArray();
    assert.equal(Buffer.concat(chunks).toString(), 'raw');
    assert.deepEqual(await readdir(join(folder, '.incoming')), []);
  }));

test('a writer takes chunks, reads them back and names the object in every case', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const writer = await store.writer();
    await writer.write(Buffer.from('first '));
    await writer.write(Buffer.from('second'));
    assert.equal((await writer.readBack(5)).toString(), 'first');
    await writer.write(Buffer.from('!'));
    const ref = await writer.commit(['case1', 'case2'], 'application/dicom');
    assert.equal(ref.size, 13);
    for (const caseId of ['case1', 'case2'])
      assert.equal((await store.read(caseId, ref.sha256)).toString(), 'first second!');
    await store.eraseCase('case1');
    assert.equal(await store.has('case1', ref.sha256), false);
    assert.equal(await store.has('case2', ref.sha256), true);
  }));

test('an aborted writer leaves nothing', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const writer = await store.writer();
    await writer.write(Buffer.from('half'));
    await writer.abort();
    assert.deepEqual(await readdir(join(folder, '.incoming')), []);
  }));

test('a changed object is not handed out, a missing one is told apart', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const ref = await store.put('case1', Buffer.from('raw'), 'text/plain');
    await writeFile(join(folder, 'case1', ref.sha256), 'rot');
    await assert.rejects(store.read('case1', ref.sha256), { code: 'OBJECT_CORRUPT' });
    await assert.rejects(store.read('case1', sha256('other')), { code: 'OBJECT_MISSING' });
  }));

test('names that would lead out of the store are refused', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    for (const id of ['../up', 'a/b', '', '.incoming', 'UP'])
      await assert.rejects(store.put(id, Buffer.from('x'), 'text/plain'), { code: 'OBJECT_MISSING' });
    await assert.rejects(store.read('case1', '../../etc/passwd'), { code: 'OBJECT_MISSING' });
  }));

test('with too little free space nothing is taken', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder, Number.MAX_SAFE_INTEGER);
    await assert.rejects(store.put('case1', Buffer.from('x'), 'text/plain'), { code: 'OBJECT_STORE_FULL' });
  }));
