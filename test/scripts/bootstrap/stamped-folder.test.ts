import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { bootstrap } from '../../support/bootstrap.ts';

interface Stamped {
  present: boolean;
  make(fill: (folder: string) => Promise<void>): Promise<void>;
}

describe('a folder of downloaded things', () => {
  let root: string;
  let source: string;
  let folder: string;
  let stamped: Stamped;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'interleave-stamped-'));
    source = join(root, 'pom.xml');
    folder = join(root, 'engine');
    writeFileSync(source, 'version 1');
    const { StampedFolder } = await bootstrap<{
      StampedFolder: new (folder: string, sources: string[]) => Stamped;
    }>('stamped-folder.mjs');
    stamped = new StampedFolder(folder, [source]);
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const fill = (content: string) => async (place: string) => writeFileSync(join(place, 'file'), content);

  it('is filled once', async () => {
    await stamped.make(fill('first'));
    await stamped.make(fill('second'));
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'first');
  });

  it('that was not filled to its end is not there', async () => {
    const broken = stamped.make(async (place) => {
      writeFileSync(join(place, 'file'), 'half');
      throw new Error('the connection broke');
    });
    await assert.rejects(broken, /broke/);
    assert.equal(stamped.present, false);
    assert.equal(existsSync(folder), false);
    assert.deepEqual(readdirSync(root), ['pom.xml']);
  });

  it('is made anew when what says what belongs there has changed', async () => {
    await stamped.make(fill('first'));
    writeFileSync(source, 'version 2');
    assert.equal(stamped.present, false);
    await stamped.make(fill('second'));
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'second');
  });
});
