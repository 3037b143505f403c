import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { availableMemoryMb, requireDisk, requireMemory } from '../../../infra/embedded/resources.ts';

test('too little memory is one sentence that says what to do', () => {
  assert.throws(() => requireMemory(4096, 'Interleave', 2048), {
    code: 'RESOURCES_TOO_SMALL',
    message: /Interleave needs about 4\.0 GB of free memory and 2\.0 GB is free: close other programs/,
  });
  requireMemory(4096, 'Interleave', 4096);
  assert.ok(availableMemoryMb() > 0);
});

test('too little disk is one sentence that says what to do', async () => {
  await assert.rejects(requireDisk(tmpdir(), 3072, 100), {
    code: 'RESOURCES_TOO_SMALL',
    message: /3\.0 GB of disk space .* 0\.1 GB is free: free some, or choose another place with --data-dir/,
  });
  await requireDisk(tmpdir(), 1);
});
