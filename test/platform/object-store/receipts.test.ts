import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { until } from '../../../harness/until.ts';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import { readReceipts } from '../../../platform/object-store/receipts.ts';

const CASE = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);
const BYTES = Buffer.from('one object');

describe('receipts beside the objects of a case', () => {
  let root: string;
  let store: LocalFolderStore;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'interleave-receipts-'));
    store = await LocalFolderStore.open(root);
  });
  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true });
  });

  const receiptsOf = async (caseId: string) =>
    (await store.objects(caseId)).map(({ sha256, receipt }) => [sha256, receipt]);

  test('the first receipt of an object counts, in each of its cases, and its bytes and name do not depend on it', async () => {
    const { sha256 } = await store.put([CASE, OTHER], BYTES, 'text/plain', { receivedAt: 1_000, sender: '' });
    const again = await store.put([CASE], BYTES, 'text/plain', { receivedAt: 9_000, sender: '' });
    await store.close();
    assert.equal(again.sha256, sha256);
    assert.deepEqual(await receiptsOf(CASE), [[sha256, { receivedAt: 1_000, sender: '' }]]);
    assert.deepEqual(await receiptsOf(OTHER), [[sha256, { receivedAt: 1_000, sender: '' }]]);
    assert.equal((await readFile(join(root, CASE, 'receipts'), 'utf8')).match(/object/g)?.length, 1);
    assert.deepEqual(await store.read(CASE, sha256), BYTES);
  });

  test('of a streamed object it is kept with its sender', async () => {
    const writer = await store.writer();
    await writer.write(BYTES);
    const { sha256 } = await writer.commit([CASE], 'application/dicom');
    await store.note([CASE], sha256, { receivedAt: 5_000, sender: 'CT "1" \\' });
    await store.close();
    assert.deepEqual(await receiptsOf(CASE), [[sha256, { receivedAt: 5_000, sender: 'CT "1" \\' }]]);
  });

  test('an object without a receipt has the time of its file; the earliest object comes first', async () => {
    const old = await store.put([CASE], Buffer.from('from before'), 'text/plain');
    await store.close();
    await utimes(join(root, CASE, old.sha256), 2, 2);
    const { sha256 } = await store.put([CASE], BYTES, 'text/plain', { receivedAt: 1_000, sender: '' });
    await store.close();
    const found = await store.objects(CASE);
    assert.deepEqual(
      found.map((object) => [object.sha256, object.receipt?.receivedAt ?? object.writtenAt]),
      [
        [sha256, 1_000],
        [old.sha256, 2_000],
      ],
    );
  });

  test('what a power cut takes from the folder comes back from the journal, behind a torn line too', async () => {
    const { sha256 } = await store.put([CASE], BYTES, 'text/plain', { receivedAt: 1_000, sender: 'CT' });
    await until(async () => (await store.objects(CASE))[0]?.receipt != null, 5_000);
    await rm(join(root, CASE), { recursive: true });
    await LocalFolderStore.open(root);
    assert.deepEqual(await receiptsOf(CASE), [[sha256, { receivedAt: 1_000, sender: 'CT' }]]);

    const whole = await readFile(join(root, CASE, 'receipts'), 'utf8');
    await rm(join(root, CASE, 'receipts'));
    await appendFile(join(root, CASE, 'receipts'), whole.slice(0, -9));
    await LocalFolderStore.open(root);
    assert.deepEqual(await receiptsOf(CASE), [[sha256, { receivedAt: 1_000, sender: 'CT' }]]);
  });

  test('they are erased with their case, from the journals too', async () => {
    await store.put([CASE, OTHER], BYTES, 'text/plain', { receivedAt: 1_000, sender: 'CT' });
    await until(async () => (await store.objects(OTHER))[0]?.receipt != null, 5_000);
    await store.eraseCase(CASE);
    assert.deepEqual(await store.objects(CASE), []);
    assert.equal((await readReceipts(join(root, CASE))).size, 0);
    for (const segment of await readdir(join(root, '.journal')))
      assert.ok(!(await readFile(join(root, '.journal', segment), 'latin1')).includes(CASE));
    await LocalFolderStore.open(root);
    assert.deepEqual(await store.objects(CASE), []);
    assert.equal((await store.objects(OTHER)).length, 1);
  });

  test('without syncing they are written all the same', async () => {
    const unsynced = await LocalFolderStore.open(root, { sync: false });
    const { sha256 } = await unsynced.put([CASE], BYTES, 'text/plain', { receivedAt: 1_000, sender: '' });
    assert.deepEqual(await receiptsOf(CASE), [[sha256, { receivedAt: 1_000, sender: '' }]]);
    const ids: string[] = [];
    for await (const id of unsynced.cases()) ids.push(id);
    assert.deepEqual(ids, [CASE]);
  });
});
