import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { DataSet } from '../../../core/dicom/data-set.ts';
import { headerOf } from '../../../core/dicom/header.ts';
import { imageCases, imageReceived } from '../../../core/dicom/image-received.ts';
import { DEFAULT_SITE } from '../../../core/radiology/case-key.ts';
import type { ImageReceived } from '../../../core/radiology/events.ts';
import { KeyImageIndex } from '../../../services/dicom-gateway/key-image-index.ts';
import { openToOthers } from '../../support/open-to-others.ts';
import { SmallDisk, withoutMount } from '../../support/small-disk.ts';

const MUCH = 1024 * 1024;
const header = headerOf(new DataSet(true), true);
const [aCase] = imageCases({ ...header, studyInstanceUid: '1.2' }, '', DEFAULT_SITE, Buffer.alloc(16));

function event(sopInstanceUid: string): ImageReceived {
  assert.ok(aCase !== undefined);
  return imageReceived(aCase, {
    header: { ...header, sopInstanceUid },
    callingAeTitle: '',
    transferSyntaxUid: '',
    named: { references: [], titleCode: '', cutOff: false },
    keyImage: 'NONE',
    object: { sha256: 'a'.repeat(64), size: 0, mediaType: '' },
    receivedAt: 0,
  });
}

async function inFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-memory-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('KeyImageIndex', () => {
  it('can be read by nobody else, whatever mask the process has', async (t) => {
    const before = process.umask(0);
    t.after(() => process.umask(before));
    const folder = join(await inFolder(t), 'own');
    const memory = await KeyImageIndex.open(folder, MUCH);
    await memory.record('1', 'x', [event('1')]);
    const open = openToOthers(folder);
    await memory.close();
    assert.deepEqual(open, []);
  });

  it('knows what was named, and gives back what waited for a name until it is forgotten', async (t) => {
    const memory = await KeyImageIndex.open(await inFolder(t), MUCH);
    await memory.record('1', 'x', [event('1'), event('1')]);
    assert.equal(memory.isNamed('1'), false);
    assert.deepEqual(await memory.markNamed(['2']), []);
    const again = await memory.markNamed(['1']);
    assert.deepEqual(
      again.map((one) => [one.sopInstanceUid, one.keyImage]),
      [
        ['1', 'NAMED'],
        ['1', 'NAMED'],
      ],
    );
    assert.equal(memory.isNamed('1'), true);
    assert.equal((await memory.markNamed(['1'])).length, 2, 'they were not sent yet');
    await memory.clearPending(['1']);
    assert.deepEqual(await memory.markNamed(['1']), []);
    assert.equal(memory.sha256Of('1'), 'x');
    assert.equal(memory.sha256Of('2'), null, 'named, and never seen');
    await memory.close();
  });

  it('refuses what a full disk has no room for, keeps the rest, and goes on with room', {
    skip: withoutMount,
  }, async (t) => {
    const disk = new SmallDisk(80);
    t.after(() => disk.remove());
    const memory = await KeyImageIndex.open(join(disk.folder, 'memory'), MUCH);
    await memory.record('1', 'x', []);
    disk.fill();
    const full = { code: 'DISK_FULL', kind: 'retry' };
    for (let tries = 0; tries < 20; tries++)
      await assert.rejects(memory.record('2', 'y', [event('2')]), full);
    await assert.rejects(memory.markNamed(['1']), full);
    await assert.rejects(memory.placeInSeries('9', '1', 3), full);
    assert.equal(memory.sha256Of('1'), 'x');
    disk.empty();
    await memory.record('2', 'y', []);
    assert.equal(memory.sha256Of('2'), 'y');
    await memory.close();
  });

  it('knows it all after a restart', async (t) => {
    const folder = await inFolder(t);
    const before = await KeyImageIndex.open(folder, MUCH);
    await before.record('1', 'x', [event('1')]);
    await before.markNamed(['2']);
    await before.placeInSeries('s', 'a', 2);
    const { bytes } = before;
    await before.close();
    const after = await KeyImageIndex.open(folder, MUCH);
    assert.equal(after.bytes, bytes);
    assert.equal(after.isNamed('2'), true);
    assert.equal(after.sha256Of('1'), 'x');
    assert.equal(await after.placeInSeries('s', 'b', 2), 2);
    assert.equal((await after.markNamed(['1'])).length, 1);
    await after.close();
  });

  it('is thrown away where its last opening never ended', async (t) => {
    const folder = await inFolder(t);
    await writeFile(join(folder, 'memory.mdb'), 'no such file');
    await writeFile(join(folder, 'opening'), '');
    const memory = await KeyImageIndex.open(folder, MUCH);
    assert.equal(memory.bytes, 0);
    await memory.close();
  });

  it('is thrown away where the machine ended while it was open', async (t) => {
    const folder = await inFolder(t);
    const before = await KeyImageIndex.open(folder, MUCH);
    await before.markNamed(['1']);
    await before.close();
    await writeFile(join(folder, 'unsynced-1'), 'another boot');
    const after = await KeyImageIndex.open(folder, MUCH);
    assert.equal(after.isNamed('1'), false);
    await after.close();
    const again = await KeyImageIndex.open(folder, MUCH);
    await again.markNamed(['1']);
    await again.close();
    const kept = await KeyImageIndex.open(folder, MUCH);
    assert.equal(kept.isNamed('1'), true, 'the mark is gone');
    await kept.close();
  });

  it('is one for two gateways that open it at once, also where the last opening never ended', async (t) => {
    for (const left of [null, '', '4194304 another-boot']) {
      const folder = await inFolder(t);
      if (left !== null) await writeFile(join(folder, 'opening'), left);
      const both = await Promise.all([KeyImageIndex.open(folder, MUCH), KeyImageIndex.open(folder, MUCH)]);
      await both[0].markNamed(['1']);
      // Who writes first and reads then misses nothing.
      await both[1].markNamed(['2']);
      assert.equal(both[1].isNamed('1'), true, `${left}`);
      // A third finds what they have, and nothing that would make it throw it away.
      const third = await KeyImageIndex.open(folder, MUCH);
      assert.equal(third.isNamed('1'), true);
      for (const memory of [...both, third]) await memory.close();
    }
  });

  it('forgets what was touched longest ago when there is too much, in bytes', async (t) => {
    const limit = 20_000;
    const memory = await KeyImageIndex.open(await inFolder(t), limit);
    for (let i = 0; i < 200; i += 1) {
      await memory.record(`i${i}`, 'x', [event(`i${i}`)]);
      await memory.markNamed(['keep']);
      assert.ok(memory.bytes <= limit, `${memory.bytes} bytes`);
    }
    assert.ok(memory.bytes > limit / 2);
    assert.deepEqual(await memory.markNamed(['i0']), []);
    assert.equal((await memory.markNamed(['i199'])).length, 1);
    assert.equal(memory.isNamed('keep'), true, 'touched again and again');
    await memory.close();
  });

  it('counts the different images of a series, as far as is asked', async (t) => {
    const memory = await KeyImageIndex.open(await inFolder(t), MUCH);
    const places: number[] = [];
    for (const image of ['a', 'b', 'a', 'c']) places.push(await memory.placeInSeries('s', image, 2));
    assert.deepEqual(places, [1, 2, 1, 3]);
    assert.equal(await memory.placeInSeries('s', 'c', 0), 1, 'nothing is counted where nobody asks');
    await memory.close();
  });

  it('counts right whatever comes at the same time', async (t) => {
    const memory = await KeyImageIndex.open(await inFolder(t), MUCH);
    const work = Array.from({ length: 100 }, (_, i) => memory.placeInSeries('s', `i${i}`, 50));
    const places = (await Promise.all(work)).sort((a, b) => a - b);
    assert.deepEqual(places, [
      ...Array.from({ length: 50 }, (_, i) => i + 1),
      ...new Array<number>(50).fill(51),
    ]);
    await memory.close();
  });
});
