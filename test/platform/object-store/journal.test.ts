import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { ORPHAN_AGE_MS } from '../../../platform/object-store/journal.ts';
import {
  decodeRecords,
  encodeRecord,
  isErased,
  withoutCase,
} from '../../../platform/object-store/journal-record.ts';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import { SmallObjects } from '../../../platform/object-store/small-objects.ts';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-journal-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
const segments = async (folder: string) =>
  (await namesIn(join(folder, '.journal'))).map((name) => join(folder, '.journal', name));

/** The files of everything in the journal are there. */
async function written(folder: string): Promise<void> {
  for (const segment of await segments(folder))
    for (const { caseIds, sha256: name } of decodeRecords(await readFile(segment)))
      for (const caseId of caseIds.filter((id) => !isErased(id)))
        while (!(await namesIn(join(folder, caseId))).includes(name))
          await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What a power cut may leave: of what was not synced nothing, or a file of zeros. */
async function cutPower(folder: string, names: { lost: string[]; zeroed?: string[] }): Promise<void> {
  await written(folder);
  for (const caseId of names.lost) await rm(join(folder, caseId), { recursive: true });
  for (const file of names.zeroed ?? []) await writeFile(join(folder, file), Buffer.alloc(3));
}

test('what was put survives the loss of every file that was not synced', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const refs = await Promise.all(
      ['one', 'two', 'six'].map((text) =>
        store.put(['case1', `case-${text}`], Buffer.from(text), 'text/plain'),
      ),
    );
    const zeroed = [`case-two/${sha256('two')}`];
    await cutPower(folder, { lost: ['case1', 'case-one'], zeroed });
    const after = await LocalFolderStore.open(folder);
    for (const [i, text] of ['one', 'two', 'six'].entries())
      for (const caseId of ['case1', `case-${text}`])
        assert.equal((await after.read(caseId, refs[i]?.sha256 ?? '')).toString(), text);
  }));

test('many that come at the same time share their syncs', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`);
    await Promise.all(texts.map((text) => store.put('case1', Buffer.from(text), 'text/plain')));
    const [segment = ''] = await segments(folder);
    assert.deepEqual(
      new Set(decodeRecords(await readFile(segment)).map(({ bytes }) => bytes.toString())),
      new Set(texts),
    );
  }));

test('the torn end of a segment is not read, what stands before it is', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const ref = await store.put('case1', Buffer.from('confirmed'), 'text/plain');
    const torn = encodeRecord({ sha256: sha256('torn'), caseIds: ['case2'], bytes: Buffer.from('torn') });
    const [segment = ''] = await segments(folder);
    const end = decodeRecords(await readFile(segment)).at(-1);
    const handle = await open(segment, 'r+');
    await handle.write(torn, 0, torn.length - 3, (end?.at ?? 0) + (end?.length ?? 0));
    await handle.close();
    await cutPower(folder, { lost: ['case1'] });
    const after = await LocalFolderStore.open(folder);
    assert.equal((await after.read('case1', ref.sha256)).toString(), 'confirmed');
    assert.equal(await after.has('case2', sha256('torn')), false);
  }));

test('an erased case cannot come back from the journal of another process; the others can', () =>
  inFolder(async (folder) => {
    const writing = await LocalFolderStore.open(folder);
    const shared = await writing.put(['case1', 'case2'], Buffer.from('for two cases'), 'text/plain');
    const own = await writing.put('case1', Buffer.from('of one patient'), 'text/plain');
    const later = await writing.put('case3', Buffer.from('behind it'), 'text/plain');
    const erasing = await LocalFolderStore.open(folder);
    await erasing.eraseCase('case1');
    for (const segment of await segments(folder)) {
      const bytes = await readFile(segment);
      assert.equal(bytes.includes('of one patient'), false);
      assert.equal(bytes.includes('case1'), false);
    }
    await cutPower(folder, { lost: ['case2', 'case3'] });
    const after = await LocalFolderStore.open(folder);
    assert.equal(await after.has('case1', shared.sha256), false);
    assert.equal(await after.has('case1', own.sha256), false);
    assert.equal((await after.read('case2', shared.sha256)).toString(), 'for two cases');
    assert.equal((await after.read('case3', later.sha256)).toString(), 'behind it');
  }));

test('the segment of a process that is gone is removed, that of a living one stays', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    await store.put('case1', Buffer.from('raw'), 'text/plain');
    await LocalFolderStore.open(folder);
    const [segment = '', ...more] = await segments(folder);
    assert.notEqual(segment, '');
    assert.deepEqual(more, []);
    const old = new Date(Date.now() - ORPHAN_AGE_MS - 1000);
    await utimes(segment, old, old);
    const after = await LocalFolderStore.open(folder);
    assert.deepEqual(await segments(folder), []);
    assert.equal((await after.read('case1', sha256('raw'))).toString(), 'raw');
  }));

test('a store that is closed leaves no segment behind', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const ref = await store.put('case1', Buffer.from('raw'), 'text/plain');
    await store.close();
    assert.deepEqual(await segments(folder), []);
    assert.equal((await store.read('case1', ref.sha256)).toString(), 'raw');
  }));

test('an object can be read from when it is confirmed on, in every process', () =>
  inFolder(async (folder) => {
    const writing = await LocalFolderStore.open(folder);
    const reading = await LocalFolderStore.open(folder);
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const text = `text ${i}`;
        const ref = await writing.put(['case1', `case-${i}`], Buffer.from(text), 'text/plain');
        assert.equal((await reading.read(`case-${i}`, ref.sha256)).toString(), text);
        assert.equal(await reading.has('case1', ref.sha256), true);
        const part = await (await reading.open('case1', ref.sha256, { from: 5 })).toArray();
        assert.equal(Buffer.concat(part).toString(), String(i));
      }),
    );
    await writing.close();
  }));

test('a file that cannot be written does not hold up the others, is read from the journal, and written later', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    await writeFile(join(folder, 'case1'), 'in the way');
    const stuck = await store.put('case1', Buffer.from('raw'), 'text/plain');
    const other = await store.put('case2', Buffer.from('other'), 'text/plain');
    while (!(await namesIn(join(folder, 'case2'))).includes(other.sha256))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await rm(join(folder, 'case1'));
    assert.equal((await store.read('case1', stuck.sha256)).toString(), 'raw');
    await store.close();
    assert.equal((await readFile(join(folder, 'case1', stuck.sha256))).toString(), 'raw');
  }));

test('a case that is erased while its files wait stays erased', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    const erasing = await LocalFolderStore.open(folder);
    const texts = Array.from({ length: 40 }, (_, i) => Buffer.from(`text ${i}`));
    await Promise.all(texts.map((bytes) => store.put('case1', bytes, 'text/plain')));
    await erasing.eraseCase('case1');
    await store.close();
    for (const bytes of texts) assert.equal(await store.has('case1', sha256(bytes)), false);
  }));

test('a process whose segment was taken for an orphan writes what it confirms to a new one', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    await store.put('case1', Buffer.from('before'), 'text/plain');
    for (const segment of await segments(folder)) await rm(segment);
    const ref = await store.put('case2', Buffer.from('after'), 'text/plain');
    await cutPower(folder, { lost: ['case2'] });
    const after = await LocalFolderStore.open(folder);
    assert.equal((await after.read('case2', ref.sha256)).toString(), 'after');
  }));

for (const [how, syncFileSystem] of [
  ['with one sync of the file system', undefined],
  ['file by file where there is none', () => Promise.reject(new Error('ENOENT'))],
] as const)
  test(`a segment is removed once its files are durable: ${how}`, () =>
    inFolder(async (folder) => {
      const file = { incoming: folder, folderOf: (caseId: string) => join(folder, caseId) };
      const small = await SmallObjects.open({
        root: folder,
        file,
        ...(syncFileSystem === undefined ? {} : { syncFileSystem }),
      });
      await small.put(['case1'], Buffer.from('raw'), 'text/plain');
      assert.equal((await segments(folder)).length, 1);
      await small.checkpoint();
      assert.deepEqual(await segments(folder), []);
      assert.equal((await readFile(join(folder, 'case1', sha256('raw')))).toString(), 'raw');
      await small.put(['case1'], Buffer.from('more'), 'text/plain');
      assert.equal((await segments(folder)).length, 1);
    }));

test('a segment that grows old is removed by itself', () =>
  inFolder(async (folder) => {
    const file = { incoming: folder, folderOf: (caseId: string) => join(folder, caseId) };
    const small = await SmallObjects.open({ root: folder, file, maxAgeMs: 20 });
    await small.put(['case1'], Buffer.from('raw'), 'text/plain');
    while ((await segments(folder)).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal((await readFile(join(folder, 'case1', sha256('raw')))).toString(), 'raw');
  }));

test('a segment reads back as it was written, cut anywhere it gives the whole records before', () => {
  const record = fc
    .record({
      caseIds: fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,12}$/), { minLength: 1, maxLength: 4 }),
      bytes: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    })
    .map(({ caseIds, bytes }) => ({ sha256: sha256(bytes), caseIds, bytes }));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), fc.nat(), (records, cut) => {
      const encoded = records.map(encodeRecord);
      const segment = Buffer.concat(encoded);
      const end = cut % (segment.length + 1);
      const whole = encoded.filter((_, i) => Buffer.concat(encoded.slice(0, i + 1)).length <= end).length;
      const read = decodeRecords(segment.subarray(0, end));
      assert.deepEqual(
        read.map(({ sha256: name, caseIds, bytes }) => ({ sha256: name, caseIds, bytes })),
        records.slice(0, whole),
      );
      for (const one of records)
        for (const caseId of one.caseIds) {
          const [erased] = decodeRecords(withoutCase(one, caseId));
          assert.deepEqual(
            erased?.caseIds.filter((id) => !isErased(id)),
            one.caseIds.filter((id) => id !== caseId),
          );
        }
    }),
  );
});

test('a segment that cannot be read does not stop the start', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    await store.put('case1', Buffer.from('raw'), 'text/plain');
    const [segment = ''] = await segments(folder);
    await truncate(segment, 10);
    await LocalFolderStore.open(folder);
  }));
