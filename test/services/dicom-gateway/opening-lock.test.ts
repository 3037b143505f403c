import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { lockOpening, OPENING } from '../../../services/dicom-gateway/opening-lock.ts';

async function inFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-opening-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** No process has this number. */
const GONE = 2 ** 22 + 1;

describe('lockOpening', () => {
  it('lets one open at a time, and the next when it is done: nothing was interrupted', async (t) => {
    const folder = await inFolder(t);
    const first = await lockOpening(folder, 'boot');
    let isOpen = true;
    const second = lockOpening(folder, 'boot').then((lock) => {
      assert.equal(isOpen, false);
      return lock;
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    isOpen = false;
    await first.release();
    const { interrupted, release } = await second;
    assert.deepEqual([first.interrupted, interrupted], [false, false]);
    await release();
    assert.deepEqual(await readdir(folder), []);
  });

  for (const [name, left] of [
    ['a process that is gone', `${GONE} boot`],
    ['another start of the machine', `${process.pid} other`],
    ['nobody', ''],
  ] as const)
    it(`does not wait for ${name}, and says that its opening never ended`, async (t) => {
      const folder = await inFolder(t);
      await writeFile(join(folder, OPENING), left);
      const { interrupted, release } = await lockOpening(folder, 'boot', 60_000);
      assert.equal(interrupted, true);
      await release();
      assert.deepEqual(await readdir(folder), []);
    });

  it('whoever lost it while standing still takes no lock from the next', async (t) => {
    const folder = await inFolder(t);
    const slow = await lockOpening(folder, 'boot');
    const next = await lockOpening(folder, 'boot', 50);
    assert.equal(next.interrupted, true);
    await slow.release();
    assert.deepEqual(await readdir(folder), [OPENING]);
    await next.release();
    assert.deepEqual(await readdir(folder), []);
  });

  it('of many who find one that nobody holds, one knows that it was interrupted, and one is in at a time', async (t) => {
    const folder = await inFolder(t);
    await writeFile(join(folder, OPENING), `${GONE} boot`);
    let inside = 0;
    const seen = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { interrupted, release } = await lockOpening(folder, 'boot', 60_000);
        inside += 1;
        assert.equal(inside, 1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
        await release();
        return interrupted;
      }),
    );
    assert.equal(seen.filter((interrupted) => interrupted).length, 1);
  });

  it('does not wait for ever for a process that only has the same number', async (t) => {
    const folder = await inFolder(t);
    await writeFile(join(folder, OPENING), `${process.pid} boot`);
    assert.equal((await lockOpening(folder, 'boot', 50)).interrupted, true);
  });
});
