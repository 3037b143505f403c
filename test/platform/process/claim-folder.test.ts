import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { claimFolder } from '../../../platform/process/claim-folder.ts';

test('a folder is claimed once until it is released, under whatever path it is named', {
  skip: process.platform === 'linux' ? false : 'SKIPPED: only Linux has abstract sockets',
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-claim-'));
  t.after(() => rm(folder, { recursive: true }));
  const claim = await claimFolder(folder);
  await assert.rejects(claimFolder(join(folder, '..', folder.split('/').at(-1) ?? '')), {
    code: 'ALREADY_RUNNING',
  });
  claim.release();
  (await claimFolder(folder)).release();
});
