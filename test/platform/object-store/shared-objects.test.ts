import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import { BY_DIGEST, nameByDigest } from '../../../platform/object-store/object-names.ts';
import { MAX_SMALL_OBJECT_BYTES } from '../../../platform/object-store/small-objects.ts';

const LARGE = Buffer.alloc(MAX_SMALL_OBJECT_BYTES + 1, 'large');
const SMALL = Buffer.from('small');
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const SIZES = [
  ['large', LARGE],
  ['small', SMALL],
] as const;

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-shared-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Opens the store, and closes it, so that every object has its file. */
async function withStore<T>(folder: string, use: (store: LocalFolderStore) => Promise<T>): Promise<T> {
  const store = await LocalFolderStore.open(folder);
  return use(store).finally(() => store.close());
}

/** The digests that have bytes whichever case holds them. */
async function keptIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, BY_DIGEST)).catch(() => []);
  return (await Promise.all(names.map((name) => readdir(join(folder, BY_DIGEST, name))))).flat();
}

for (const [size, bytes] of SIZES) {
  const sha256 = digestOf(bytes);
  const fileOf = (folder: string, caseId: string) => stat(join(folder, caseId, sha256));

  test(`the bytes of a ${size} object are there once, however it came to its cases`, () =>
    inFolder(async (folder) => {
      await withStore(folder, (store) => store.put(['case1', 'case2'], bytes, ''));
      await withStore(folder, async (store) => {
        await store.put('case3', bytes, '');
        await store.link(sha256, 'case2', 'case4');
        const writer = await store.writer();
        await writer.write(bytes);
        await writer.commit(['case5'], '');
      });
      const { ino } = await fileOf(folder, 'case1');
      for (const caseId of ['case2', 'case3', 'case4', 'case5'])
        assert.equal((await fileOf(folder, caseId)).ino, ino);
      assert.equal((await fileOf(folder, 'case1')).nlink, 6);
    }));

  test(`a ${size} object goes when the last case that holds it is erased`, () =>
    inFolder((folder) =>
      withStore(folder, async (store) => {
        await store.put(['case1', 'case2'], bytes, '');
        await store.link(sha256, 'case1', 'case3');
        for (const [erased, left] of [
          ['case1', 'case2'],
          ['case2', 'case3'],
        ] as const) {
          await store.eraseCase(erased);
          assert.equal(await store.has(erased, sha256), false);
          assert.deepEqual(await store.read(left, sha256), bytes);
        }
        await store.eraseCase('case3');
        await assert.rejects(store.read('case3', sha256), { code: 'OBJECT_MISSING' });
        assert.deepEqual(await keptIn(folder), []);
      }),
    ));

  test(`a ${size} object that moved is found by its digest where it was, and its receipt went with it`, () =>
    inFolder((folder) =>
      withStore(folder, async (store) => {
        const other = (await store.put('case1', Buffer.from('other'), '')).sha256;
        await store.put('case1', bytes, '', { receivedAt: 1, sender: 'CT1' });
        await store.link(sha256, 'case1', 'case2');
        await store.drop(sha256, 'case1');
        assert.equal(await store.has('case1', sha256), false);
        assert.deepEqual(await store.read('case1', sha256), bytes);
        const chunks = await (await store.open('case1', sha256, { from: 1, to: 3 })).toArray();
        assert.deepEqual(Buffer.concat(chunks), bytes.subarray(1, 3));
        await store.close();
        const [moved] = await store.objects('case2');
        assert.deepEqual(moved?.receipt, { receivedAt: 1, sender: 'CT1' });
        assert.deepEqual(
          (await store.objects('case1')).map((one) => one.sha256),
          [other],
        );
      }),
    ));

  test(`a ${size} object of a data folder from before is linked and erased like any other`, () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'case1'));
      await writeFile(join(folder, 'case1', sha256), bytes);
      await withStore(folder, async (store) => {
        assert.deepEqual(await store.read('case1', sha256), bytes);
        await store.link(sha256, 'case1', 'case2');
        await store.eraseCase('case1');
        assert.deepEqual(await store.read('case2', sha256), bytes);
        await store.eraseCase('case2');
      });
      assert.deepEqual(await keptIn(folder), []);
    }));
}

test('a case that takes an object while its last holder is erased holds it, whichever comes first', () =>
  inFolder(async (folder) => {
    const [erasing, putting] = [await LocalFolderStore.open(folder), await LocalFolderStore.open(folder)];
    for (let round = 0; round < 40; round++) {
      const bytes = round % 2 === 0 ? LARGE : SMALL;
      const [from, to, also] = [`from-${round}`, `to-${round}`, `also-${round}`];
      await putting.put([from, also], bytes, '');
      await Promise.all([
        erasing.eraseCase(from),
        erasing.drop(digestOf(bytes), also),
        putting.put(to, bytes, ''),
      ]);
      assert.deepEqual(await erasing.read(to, digestOf(bytes)), bytes);
      await erasing.eraseCase(to);
    }
    // What was being written as its case was erased is taken away by whoever wrote it.
    await putting.close();
    await erasing.close();
    for await (const caseId of erasing.cases()) assert.deepEqual(await erasing.objects(caseId), [], caseId);
    assert.deepEqual(await keptIn(folder), []);
  }));

test('what a disk has changed under the digest is not given to another case', () =>
  inFolder(async (folder) => {
    const sha256 = digestOf(LARGE);
    await withStore(folder, (store) => store.put('case1', LARGE, ''));
    await writeFile(join(folder, 'case1', sha256), Buffer.alloc(LARGE.length));
    await withStore(folder, async (store) => {
      await assert.rejects(store.link(sha256, 'case1', 'case3'), { code: 'OBJECT_MISSING' });
      await store.put('case2', LARGE, '');
      assert.deepEqual(await store.read('case2', sha256), LARGE);
    });
  }));

test('what a copy without hard links doubles does not outlive its case', () =>
  inFolder(async (folder) => {
    const sha256 = digestOf(SMALL);
    await withStore(folder, (store) => store.put('case1', SMALL, ''));
    await rm(join(folder, 'case1', sha256));
    await writeFile(join(folder, 'case1', sha256), SMALL);
    await withStore(folder, (store) => store.eraseCase('case1'));
    assert.deepEqual(await keptIn(folder), []);
  }));

test('an object that comes again has the time of its last coming', () =>
  inFolder(async (folder) => {
    const sha256 = digestOf(SMALL);
    await withStore(folder, (store) => store.put('unknown', SMALL, ''));
    await utimes(nameByDigest(folder, sha256), 1, 1);
    await withStore(folder, (store) => store.put('unknown', SMALL, ''));
    assert.ok((await stat(join(folder, 'unknown', sha256))).mtimeMs > Date.now() - 60_000);
  }));

test('to link what a case does not hold fails', () =>
  inFolder((folder) =>
    withStore(folder, async (store) => {
      await store.put('case1', SMALL, '');
      await assert.rejects(store.link(digestOf(SMALL), 'case2', 'case3'), { code: 'OBJECT_MISSING' });
    }),
  ));
