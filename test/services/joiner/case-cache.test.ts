import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type PatientId, patientKey } from '../../../core/radiology/patient-key.ts';
import { CaseCache } from '../../../services/joiner/case-cache.ts';
import { MAX_CACHE_AGE_MS } from '../../../services/joiner/limits.ts';
import { openToOthers } from '../../support/open-to-others.ts';

const SECRET = Buffer.from('a secret of this test');
const PATIENT = { issuer: 'HOSP', identifier: 'MRN1' };
const OTHER_PATIENT = { issuer: 'HOSP', identifier: 'MRN2' };
const [KEY = '', OTHER_KEY = ''] = [PATIENT, OTHER_PATIENT].map((one) => patientKey(SECRET, one) ?? '');

describe('the cache of case states', () => {
  let folder: string;
  let cache: CaseCache;
  const reopen = async (cluster = 'cluster') => {
    await cache?.close();
    cache = await CaseCache.open(folder, cluster, 8, SECRET);
  };
  const state = (text: string) => Buffer.from(text);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interleave-cache-'));
    cache = await CaseCache.open(folder, 'cluster', 8, SECRET);
  });
  afterEach(async () => {
    await cache.close();
    await rm(folder, { recursive: true });
  });

  test('states and their offset are written together, partition by partition, and survive a restart', async () => {
    await cache.write(1, new Map([['a', state('one')]]), 7);
    await cache.write(2, new Map([['a', state('two')]]), 3);
    await reopen();
    assert.equal(cache.get(1, 'a')?.toString(), 'one');
    assert.equal(cache.get(2, 'a')?.toString(), 'two');
    assert.deepEqual([cache.position(1), cache.position(2), cache.position(3)], [7, 3, -1]);
  });

  test('a tombstone removes its case', async () => {
    await cache.write(1, new Map([['a', state('one')]]), 7);
    await cache.write(1, new Map([['a', null]]), 8);
    assert.equal(cache.get(1, 'a'), undefined);
    assert.equal(cache.position(1), 8);
  });

  test('nobody else can read it, whatever mask the process has', async (t) => {
    const before = process.umask(0);
    t.after(() => process.umask(before));
    const own = join(folder, 'own', '1');
    const opened = await CaseCache.open(own, 'cluster', 8);
    t.after(() => opened.close());
    await opened.write(1, new Map([['a', state('one')]]), 7);
    assert.deepEqual(openToOthers(join(folder, 'own')), []);
  });

  test('a state of 4 MiB fits', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024, 5);
    await cache.write(1, new Map([['a', large]]), 7);
    assert.ok(cache.get(1, 'a')?.equals(large));
  });

  test('clearing a partition leaves the others', async () => {
    await cache.write(1, new Map([['a', state('one')]]), 7);
    await cache.write(2, new Map([['a', state('two')]]), 7);
    await cache.clear(1);
    assert.equal(cache.get(1, 'a'), undefined);
    assert.equal(cache.position(1), -1);
    assert.equal(cache.get(2, 'a')?.toString(), 'two');
  });

  test('the cases of an object are found, until a note rejects it there', async () => {
    const index = (added: string[], rejected: string[] = []) => ({ added, rejected, patients: [] });
    await cache.write(1, new Map([['a', state('one')]]), 7, {
      index: new Map([['a', index(['1.2', '1.3'])]]),
    });
    await cache.write(1, new Map([['b', state('two')]]), 8, { index: new Map([['b', index(['1.2'])]]) });
    await reopen();
    assert.deepEqual(cache.casesOf(1, '1.2'), ['a', 'b']);
    assert.deepEqual(cache.casesOf(2, '1.2'), []);
    await cache.write(1, new Map(), 9, { index: new Map([['a', index([], ['1.2'])]]) });
    assert.deepEqual(cache.casesOf(1, '1.2'), ['b']);
    await cache.clear(1);
    assert.deepEqual(cache.casesOf(1, '1.2'), []);
  });

  test('a cache that was made before there was an index of objects says so, and can be given one', async () => {
    assert.equal(cache.isIndexed(1), true, 'an empty one has nothing to find');
    await cache.write(1, new Map([['a', state('one')]]), 7);
    assert.equal(cache.isIndexed(1), false);
    await cache.writeIndex(1, new Map([['a', { added: ['1.2'], rejected: [], patients: [PATIENT] }]]));
    await cache.markIndexed(1);
    await reopen();
    assert.equal(cache.isIndexed(1), true);
    assert.deepEqual(cache.casesOf(1, '1.2'), ['a']);
    assert.deepEqual(cache.casesOfPatient(1, KEY), ['a']);
  });

  test('the cases of a patient are found, until a case names another or is erased', async () => {
    const named = (...patients: PatientId[]) => ({ added: [], rejected: [], patients });
    await cache.write(1, new Map([['a', state('one')]]), 7, { index: new Map([['a', named(PATIENT)]]) });
    await cache.write(1, new Map([['b', state('two')]]), 8, {
      index: new Map([['b', named(PATIENT, OTHER_PATIENT)]]),
    });
    await reopen();
    assert.deepEqual(cache.casesOfPatient(1, KEY), ['a', 'b']);
    assert.deepEqual(cache.casesOfPatient(1, OTHER_KEY), ['b']);
    assert.deepEqual(cache.casesOfPatient(2, KEY), []);
    await cache.write(1, new Map([['b', state('two')]]), 9, {
      index: new Map([['b', named(OTHER_PATIENT)]]),
    });
    assert.deepEqual(cache.casesOfPatient(1, KEY), ['a']);
    await cache.write(1, new Map([['a', null]]), 10);
    assert.deepEqual(cache.casesOfPatient(1, KEY), []);
    await cache.fill(1, new Map([['b', null]]));
    assert.deepEqual(cache.casesOfPatient(1, OTHER_KEY), []);
  });

  test('the cases of many patients are found after a thousand writes, most of which change a patient', async () => {
    const numbered = (n: number) => ({ issuer: 'HOSP', identifier: `MRN${n}` });
    const expected = new Map<string, string[]>();
    for (let write = 0; write < 1_000; write++) {
      const records = new Map<string, Buffer>();
      const index = new Map<string, { added: string[]; rejected: string[]; patients: PatientId[] }>();
      for (const n of [0, 13, 26, 39, 52].map((step) => (7 * write + step) % 3_000)) {
        const patients = [numbered(n % 50), ...(write % 3 === 0 ? [] : [numbered(100 + (write % 20))])];
        records.set(`case${n}`, Buffer.alloc(500 + 3 * write));
        index.set(`case${n}`, { added: [], rejected: [], patients });
        expected.set(
          `case${n}`,
          patients.map((one) => patientKey(SECRET, one) ?? ''),
        );
      }
      await cache.write(1, records, write, { index });
    }
    for (const key of new Set([...expected.values()].flat()))
      assert.deepEqual(
        cache.casesOfPatient(1, key),
        [...expected].flatMap(([caseId, keys]) => (keys.includes(key) ? [caseId] : [])).sort(),
      );
  });

  test('a cache that was cleared, or of which the log went back, makes its indices anew', async () => {
    const index = new Map([['a', { added: ['1.2'], rejected: [], patients: [PATIENT] }]]);
    await cache.write(1, new Map([['a', state('one')]]), 7, { index });
    await cache.markIndexed(1);
    await cache.restart(1, 7, null);
    assert.equal(cache.isIndexed(1), false);
    await cache.clear(1);
    assert.deepEqual(cache.casesOfPatient(1, KEY), []);
  });

  test('which erasures are done is remembered', async () => {
    assert.equal(cache.erasedAt('a'), null);
    await cache.markErased('a', 5);
    await reopen();
    assert.equal(cache.erasedAt('a'), 5);
    await cache.markBytesCame('a');
    await cache.markBytesCame('never erased');
    assert.equal(cache.erasedAt('a'), null, 'there is something to erase again');
    assert.deepEqual([...cache.erasures()], [['a', 5]], 'that it was erased is not forgotten');
    assert.deepEqual([cache.wasErased('a'), cache.wasErased('never erased')], [true, false]);
    await cache.markErased('a', 5);
    assert.equal(cache.erasedAt('a'), 5);
  });

  test('the cache of another cluster is thrown away', async () => {
    await cache.write(1, new Map([['a', state('one')]]), 7);
    await reopen('another cluster');
    assert.equal(cache.position(1), -1);
    assert.equal(cache.get(1, 'a'), undefined);
  });

  test('a cache whose opening never ended is thrown away: its file may be broken', async () => {
    await cache.close();
    await writeFile(join(folder, 'cases.mdb'), Buffer.alloc(100_000, 7));
    await writeFile(join(folder, 'opening'), '');
    cache = await CaseCache.open(folder, 'cluster', 8, SECRET);
    assert.equal(cache.position(1), -1);
  });

  test('MAX_CACHE_AGE_MS: a cache that was not written for long is not trusted', async () => {
    await cache.write(1, new Map([['a', state('one')]]), 7);
    assert.equal(cache.position(1, Date.now() + MAX_CACHE_AGE_MS - 1_000), 7);
    assert.equal(cache.position(1, Date.now() + MAX_CACHE_AGE_MS + 1_000), null);
  });

  test('one process at a time', async () => {
    await assert.rejects(CaseCache.open(folder, 'cluster', 8), { code: 'ALREADY_RUNNING' });
  });
});
