import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  MAX_LINE_BYTES,
  withoutCase,
} from '../../../platform/object-store/journal-record.ts';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import { type ReadAt, SegmentIndex } from '../../../platform/object-store/segment-index.ts';
import { SmallObjects } from '../../../platform/object-store/small-objects.ts';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-journal-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, maxRetries: 5 }); // files may still be on their way
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

/** What `eraseCase` of another process does. */
function eraseAtOnce(folder: string, caseId: string): void {
  for (const name of readdirSync(join(folder, '.journal'))) {
    const file = join(folder, '.journal', name);
    const segment = readFileSync(file);
    for (const record of decodeRecords(segment)) withoutCase(record, caseId).copy(segment, record.at);
    writeFileSync(file, segment, { flag: 'r+' });
  }
  rmSync(join(folder, caseId), { recursive: true, force: true });
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

test('a case that is erased while a starting process restores it stays erased', () =>
  inFolder(async (folder) => {
    const writing = await LocalFolderStore.open(folder);
    const ref = await writing.put(['case1', 'case2'], Buffer.from('for two cases'), 'text/plain');
    await cutPower(folder, { lost: ['case1', 'case2'] });
    let erased = false;
    // Between reading the journal and writing the file.
    const folderOf = (caseId: string): string => {
      if (!erased) eraseAtOnce(folder, 'case1');
      erased = true;
      return join(folder, caseId);
    };
    await SmallObjects.open({ root: folder, file: { incoming: folder, folderOf } });
    assert.deepEqual(await namesIn(join(folder, 'case1')), []);
    assert.deepEqual(await namesIn(join(folder, 'case2')), [ref.sha256]);
  }));

test('a record that is torn as a case is taken out of it hides none of those behind it', () => {
  const [erased, next] = ['erased', 'next'].map((text) => ({
    sha256: sha256(text),
    caseIds: ['case1', 'case2'],
    bytes: Buffer.from(text),
  }));
  assert.ok(erased && next);
  const segment = Buffer.concat([encodeRecord(erased), encodeRecord(next), Buffer.alloc(1000)]);
  for (const now of [withoutCase(erased, 'case1'), encodeRecord(erased).fill(0, 0, 20)])
    for (let cut = 0; cut <= now.length; cut += 1) {
      const torn = Buffer.from(segment);
      now.copy(torn, 0, 0, cut);
      assert.deepEqual(decodeRecords(torn).at(-1)?.bytes.toString(), 'next');
    }
});

test('an object is looked for without reading the segment again; erased ones are not found', async () => {
  const texts = Array.from({ length: 500 }, (_, n) => `${n} ${'x'.repeat(n % 7 === 0 ? 100_000 : 500)}`);
  const records = texts.map((text) =>
    encodeRecord({ sha256: sha256(text), caseIds: ['case1'], bytes: Buffer.from(text) }),
  );
  let file = Buffer.concat([...records.slice(0, 400), Buffer.alloc(100_000)]);
  let read = 0;
  const readAt: ReadAt = async (at, length) => {
    const bytes = file.subarray(at, at + length);
    read += bytes.length;
    return bytes;
  };
  const index = new SegmentIndex();
  const find = async (text: string, caseId = 'case1') => {
    read = 0;
    return { found: (await index.find(caseId, sha256(text), readAt))?.toString() ?? null, read };
  };
  for (const text of texts.slice(0, 400)) assert.equal((await find(text)).found, text);
  const missing = await find('missing');
  assert.equal(missing.found, null);
  assert.ok(missing.read <= MAX_LINE_BYTES, `${missing.read} bytes`);
  assert.equal((await find(texts[3] ?? '', 'case2')).found, null);
  const place = records.slice(0, 3).reduce((sum, { length }) => sum + length, 0);
  const own = { sha256: sha256(texts[3] ?? ''), caseIds: ['case1'], bytes: Buffer.from(texts[3] ?? '') };
  withoutCase(own, 'case1').copy(file, place);
  assert.equal((await find(texts[3] ?? '')).found, null);
  file = Buffer.concat([...records, Buffer.alloc(100_000)]);
  for (const text of texts.slice(400)) assert.equal((await find(text)).found, text);
});

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
      await small.checkpoint();
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
