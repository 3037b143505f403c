import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import { WRITE_SIZE } from '../../../platform/object-store/write-buffers.ts';

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

test('a writer takes chunks and names the object in every case', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const writer = await store.writer();
    await writer.write(Buffer.from('first '));
    await writer.write(Buffer.from('second'));
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
    await store.close();
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
    const store = await LocalFolderStore.open(folder, { minFree: Number.MAX_SAFE_INTEGER });
    await assert.rejects(store.put('case1', Buffer.from('x'), 'text/plain'), { code: 'OBJECT_STORE_FULL' });
  }));

test('an object of any size is written in large pieces, and hashed as it is', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    for (const size of [0, 1, WRITE_SIZE - 1, WRITE_SIZE, WRITE_SIZE + 1, 3 * WRITE_SIZE + 7]) {
      const bytes = randomBytes(size);
      const writer = await store.writer();
      for (let at = 0; at < size; at += 65_537) await writer.write(bytes.subarray(at, at + 65_537));
      const ref = await writer.commit(['case1'], 'application/dicom');
      assert.deepEqual(ref, { sha256: sha256(bytes), size, mediaType: 'application/dicom' });
      assert.deepEqual(await store.read('case1', ref.sha256), bytes);
    }
    assert.deepEqual(await readdir(join(folder, '.incoming')), []);
  }));

test('objects that are written at the same time do not mix', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const objects = Array.from({ length: 20 }, (_, i) => Buffer.alloc(WRITE_SIZE + 1000 * i, i));
    const refs = await Promise.all(objects.map((bytes) => store.put('case1', bytes, 'text/plain')));
    for (const [i, { sha256: name }] of refs.entries())
      assert.deepEqual(await store.read('case1', name), objects[i]);
  }));

test('a name that is taken by a folder leaves nothing half written', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    await mkdir(join(folder, 'case1', sha256('raw'), 'in the way'), { recursive: true });
    const writer = await store.writer();
    await writer.write(Buffer.from('raw'));
    await assert.rejects(writer.commit(['case1'], 'text/plain'), { code: 'OBJECT_STORE_UNAVAILABLE' });
    assert.deepEqual(await readdir(join(folder, '.incoming')), []);
  }));

test('what a killed process left half written goes at the next start, what is being written stays', () =>
  inFolder(async (folder) => {
    await LocalFolderStore.open(folder);
    const [old, young] = [join(folder, '.incoming', 'old'), join(folder, '.incoming', 'young')];
    await writeFile(old, 'half');
    await writeFile(young, 'half');
    await utimes(old, new Date(0), new Date(0));
    await LocalFolderStore.open(folder);
    assert.deepEqual(await readdir(join(folder, '.incoming')), ['young']);
  }));
