/** What becomes of confirmed objects that the disk does not give back from the journal. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Journal, ORPHAN_AGE_MS } from '../../../platform/object-store/journal.ts';
import { decodeRecords, encodeRecord, scanSegment } from '../../../platform/object-store/journal-record.ts';
import { MAX_UNREADABLE_PIECES, SEGMENT_PIECE_BYTES } from '../../../platform/object-store/limits.ts';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import { readSegment } from '../../../platform/object-store/segment-file.ts';
import {
  MAX_PENDING_BYTES,
  MAX_SMALL_OBJECT_BYTES,
  SmallObjects,
} from '../../../platform/object-store/small-objects.ts';
import type { DamagedObject } from '../../../platform/object-store/store-observer.ts';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-damaged-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, maxRetries: 5 });
  }
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
const journalOf = async (folder: string) =>
  (await namesIn(join(folder, '.journal'))).map((name) => join(folder, '.journal', name));

/** What a store says to its observer. */
function listening() {
  const damaged: DamagedObject[] = [];
  const delayed: string[] = [];
  return {
    damaged,
    delayed,
    observer: {
      damaged: (one: DamagedObject) => damaged.push(one),
      delayed: (step: string, code: string) => delayed.push(`${step} ${code}`),
    },
  };
}

function smallObjects(folder: string, observer = listening().observer): Promise<SmallObjects> {
  const file = { incoming: folder, folderOf: (caseId: string) => join(folder, caseId) };
  return SmallObjects.open({ root: folder, file, retryMs: 10, observer });
}

/** The disk gives back something else for what stands there. */
async function damage(segment: string, text: string): Promise<void> {
  const at = (await readFile(segment)).indexOf(text);
  assert.notEqual(at, -1);
  const handle = await open(segment, 'r+');
  await handle.write('!', at);
  await handle.close();
}

async function grownOld(file: string): Promise<void> {
  const old = new Date(Date.now() - ORPHAN_AGE_MS - 1000);
  await utimes(file, old, old);
}

test('what cannot be read is tried so many times, then told and set aside; the others go on, and the store closes', () =>
  inFolder(async (folder) => {
    const { damaged, delayed, observer } = listening();
    const small = await smallObjects(folder, observer);
    // A file in the way keeps it in the journal.
    await writeFile(join(folder, 'case1'), 'in the way');
    const lost = await small.put(['case1', 'case2'], Buffer.from('the lost one'), 'text/plain');
    const kept = await small.put(['case3'], Buffer.from('behind it'), 'text/plain');
    const [segment = ''] = await journalOf(folder);
    await damage(segment, 'the lost one');
    await rm(join(folder, 'case1'));
    // By itself: nothing more is confirmed in that segment.
    while ((await journalOf(folder)).includes(segment))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await small.checkpoint();
    const name = segment.split('/').at(-1) ?? '';
    const line = { sha256: lost.sha256, caseIds: ['case1', 'case2'], at: 0, why: 'SHA256', last: false };
    const told = { ...line, length: encodeRecord({ ...line, bytes: Buffer.from('the lost one') }).length };
    assert.deepEqual(damaged, [{ ...told, segment: name }]);
    assert.deepEqual(delayed.slice(0, 1), ['file OBJECT_STORE_UNAVAILABLE']);
    assert.equal((await readFile(join(folder, 'case3', kept.sha256))).toString(), 'behind it');
    assert.deepEqual(await journalOf(folder), []);
    assert.deepEqual((await namesIn(join(folder, '.set-aside'))).sort(), [name, `${name}.jsonl`]);
    const notes = await readFile(join(folder, '.set-aside', `${name}.jsonl`), 'utf8');
    assert.deepEqual(
      notes
        .split('\n')
        .slice(0, -1)
        .map((one) => JSON.parse(one)),
      damaged,
    );
    // The next start has nothing to do with it.
    const after = listening();
    await smallObjects(folder, after.observer);
    assert.deepEqual(after.damaged, []);
  }));

test('what cannot be read takes no room for ever: more than may be pending can be put behind it', () =>
  inFolder(async (folder) => {
    const { damaged, observer } = listening();
    const small = await smallObjects(folder, observer);
    await writeFile(join(folder, 'case1'), 'in the way');
    const count = MAX_PENDING_BYTES / MAX_SMALL_OBJECT_BYTES + 1;
    for (let n = 0; n < count; n += 1) {
      const bytes = Buffer.alloc(MAX_SMALL_OBJECT_BYTES, `object ${n} `);
      await small.put(['case1'], bytes, 'text/plain');
    }
    for (const segment of await journalOf(folder))
      for (const { at, length } of decodeRecords(await readFile(segment))) {
        const handle = await open(segment, 'r+');
        await handle.write('!', at + length - 10);
        await handle.close();
      }
    const next = await small.put(['case2'], Buffer.from('goes on'), 'text/plain');
    await rm(join(folder, 'case1'));
    await small.checkpoint();
    assert.equal((await readFile(join(folder, 'case2', next.sha256))).toString(), 'goes on');
    assert.equal(damaged.length, count);
  }));

test('a segment of a process that is gone: what is damaged in it stops neither the start nor the others, and is kept', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    for (const text of ['first', 'the lost one', 'third', 'also whole'])
      await store.put(`case-${text.length}`, Buffer.from(text), 'text/plain');
    const [segment = ''] = await journalOf(folder);
    await damage(segment, 'the lost one');
    await damage(segment, 'also whole');
    await rm(join(folder, 'case-12'), { recursive: true, force: true });
    await rm(join(folder, 'case-5'), { recursive: true, force: true });
    while (!(await namesIn(join(folder, 'case-10'))).includes(sha256('also whole')))
      await new Promise((resolve) => setTimeout(resolve, 5));

    // It is young: perhaps its process lives. It is told, and left where it is.
    const young = listening();
    await smallObjects(folder, young.observer);
    assert.deepEqual(
      young.damaged.map(({ caseIds, why }) => [caseIds, why]),
      [[['case-12'], 'SHA256']],
    );
    assert.deepEqual(await journalOf(folder), [segment]);
    assert.deepEqual(
      (await namesIn(join(folder, 'case-5'))).sort(),
      [sha256('first'), sha256('third')].sort(),
    );

    await grownOld(segment);
    const old = listening();
    const after = await smallObjects(folder, old.observer);
    assert.deepEqual(
      old.damaged.map((one) => one.sha256),
      [sha256('the lost one')],
    );
    assert.deepEqual(await journalOf(folder), []);
    assert.equal(await after.find('case-12', sha256('the lost one')), null);

    // Mended and moved back it is restored.
    const aside = join(folder, '.set-aside', segment.split('/').at(-1) ?? '');
    const bytes = await readFile(aside);
    bytes.write('t', bytes.indexOf('!he lost one'));
    await writeFile(aside, bytes);
    await rename(aside, segment);
    await smallObjects(folder);
    assert.equal(
      (await readFile(join(folder, 'case-12', sha256('the lost one')))).toString(),
      'the lost one',
    );
  }));

test('what is only being changed while a process starts is no damage', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    await store.put('case1', Buffer.from('being changed'), 'text/plain');
    await store.put('case2', Buffer.from('behind it'), 'text/plain');
    const [segment = ''] = await journalOf(folder);
    const whole = await readFile(segment);
    await damage(segment, 'being changed');
    await rm(join(folder, 'case1'), { recursive: true, force: true });
    await grownOld(segment);
    const { damaged, observer } = listening();
    const file = { incoming: folder, folderOf: (caseId: string) => join(folder, caseId) };
    const starting = SmallObjects.open({ root: folder, file, retryMs: 300, observer });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeFile(segment, whole, { flag: 'r+' });
    await starting;
    assert.deepEqual(damaged, []);
    assert.deepEqual(await namesIn(join(folder, 'case1')), [sha256('being changed')]);
  }));

test('an erased case is taken out of what is set aside, too, what is left of its damaged records and its name in the notes', () =>
  inFolder(async (folder) => {
    const store = await LocalFolderStore.open(folder);
    await store.put('case1', Buffer.from('of one patient, whole'), 'text/plain');
    await store.put('case1', Buffer.from('of one patient, damaged'), 'text/plain');
    await store.put(['case1', 'case2'], Buffer.from('of two, damaged'), 'text/plain');
    await store.put('case3', Buffer.from('behind them'), 'text/plain');
    const [segment = ''] = await journalOf(folder);
    await damage(segment, 'patient, damaged');
    await damage(segment, 'two, damaged');
    for (const caseId of ['case1', 'case2']) await rm(join(folder, caseId), { recursive: true, force: true });
    await grownOld(segment);
    const after = await LocalFolderStore.open(folder);
    await after.eraseCase('case1');
    const left = await Promise.all(
      (await namesIn(join(folder, '.set-aside'))).map((name) =>
        readFile(join(folder, '.set-aside', name), 'latin1'),
      ),
    );
    assert.equal(left.length, 2);
    for (const text of left)
      for (const gone of ['case1', 'of one']) assert.equal(text.includes(gone), false, gone);
    assert.ok(left.some((text) => text.includes('wo, damaged')));
  }));

test('a segment that gives back nothing (EIO) is set aside; other objects are found beside it', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  await inFolder(async (folder) => {
    // Reading the first page of a process's memory is an input/output error.
    const small = await smallObjects(folder);
    await writeFile(join(folder, 'case1'), 'in the way');
    const ref = await small.put(['case1'], Buffer.from('whole'), 'text/plain');
    await symlink('/proc/self/mem', join(folder, '.journal', '0-broken'));
    assert.equal((await small.find('case1', ref.sha256))?.toString(), 'whole');
    await assert.rejects(small.find('case1', sha256('not there')), { code: 'EIO' });
    await rm(join(folder, 'case1'));
    await small.checkpoint();
    const { damaged, observer } = listening();
    const settings = {
      folder: join(folder, '.journal'),
      quarantine: join(folder, '.set-aside'),
      observer,
      retryMs: 1,
    };
    const nothing = async () => [];
    const journal = new Journal({
      ...settings,
      restore: nothing,
      lacking: nothing,
      sync: async () => undefined,
    });
    await journal.recover(-1);
    assert.deepEqual(
      damaged.map(({ segment, why }) => [segment, why]),
      [['0-broken', 'EIO']],
    );
    assert.deepEqual(await journalOf(folder), []);
    assert.deepEqual((await namesIn(join(folder, '.set-aside'))).sort(), ['0-broken', '0-broken.jsonl']);
  });
});

test('of a segment with pages that cannot be read the rest is read; after so many the rest is taken for lost', async () => {
  const pages = MAX_UNREADABLE_PIECES + 10;
  const failing = (isBad: (page: number) => boolean) => ({
    readFile: () => Promise.reject(Object.assign(new Error(), { code: 'EIO' })),
    stat: async () => ({ size: pages * SEGMENT_PIECE_BYTES }),
    read: async (bytes: Buffer, offset: number, length: number, at: number) => {
      if (isBad(at / SEGMENT_PIECE_BYTES)) throw Object.assign(new Error(), { code: 'EIO' });
      bytes.fill(1, offset, offset + length);
    },
  });
  const read = async (isBad: (page: number) => boolean) => {
    const { bytes, code } = await readSegment(failing(isBad) as unknown as Parameters<typeof readSegment>[0]);
    assert.equal(code, 'EIO');
    return Array.from({ length: pages }, (_, page) => bytes[page * SEGMENT_PIECE_BYTES]);
  };
  assert.deepEqual(
    await read((page) => page === 3),
    Array.from({ length: pages }, (_, page) => (page === 3 ? 0 : 1)),
  );
  const most = await read((page) => page < MAX_UNREADABLE_PIECES);
  assert.ok(most.every((byte) => byte === 0));
});

test('a scan tells what is damaged: its place, and its name where its line is whole', () => {
  const records = ['one', 'two', 'ILJ1 three', 'four'].map((text) => ({
    sha256: sha256(text),
    caseIds: ['case1'],
    bytes: Buffer.from(text),
  }));
  const encoded = records.map(encodeRecord);
  const lengths = encoded.map(({ length }) => length);
  const scan = (change: (segment: Buffer) => void) => {
    const segment = Buffer.concat([...encoded, Buffer.alloc(100_000)]);
    change(segment);
    return scanSegment(segment).damaged.map(({ at, length, sha256: name, last }) => [at, length, name, last]);
  };
  const [first = 0, second = 0, third = 0, fourth = 0] = lengths;
  const end = first + second + third + fourth;
  assert.deepEqual(
    scan(() => undefined),
    [],
  );
  assert.deepEqual(
    scan((bytes) => bytes.fill(0, first, first + second)),
    [[first, second, '', false]],
  );
  assert.deepEqual(
    scan((bytes) => bytes.fill(0, first + second - 3, first + second)),
    [[first, second, sha256('two'), false]],
  );
  assert.deepEqual(
    scan((bytes) => bytes.fill(33, first + second + third - 3, first + second + third - 1)),
    [[first + second, third, sha256('ILJ1 three'), false]],
  );
  assert.deepEqual(
    scan((bytes) => bytes.fill(0, end - 2, end)),
    [[end - fourth, fourth, sha256('four'), true]],
  );
});
