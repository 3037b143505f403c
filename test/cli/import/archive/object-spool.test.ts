import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { it } from 'node:test';
import { MAX_OBJECT_BYTES, SPOOL_BYTES } from '../../../../cli/import/archive/limits.ts';
import { ObjectSpool } from '../../../../cli/import/archive/object-spool.ts';

const parts = Array.from({ length: 9 }, () => randomBytes(1_000));

for (const memoryBytes of [100_000, 2_500, 0])
  it(`gives back what it was given, with ${memoryBytes} bytes in memory`, async () => {
    const spool = new ObjectSpool({ memoryBytes });
    for (const part of parts) await spool.write(part);
    assert.deepEqual(
      await spool.take(Buffer.from('before')),
      Buffer.concat([Buffer.from('before'), ...parts]),
    );
  });

it('leaves no name on the disk, not even while it holds something', async () => {
  const spool = new ObjectSpool({ memoryBytes: 0 });
  await spool.write(parts[0] ?? Buffer.alloc(1));
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith('interleave-spool-'));
  assert.deepEqual(names, []);
  await spool.close();
});

it('keeps nothing of an object that is too large', async () => {
  const spool = new ObjectSpool({ maxBytes: 2_500 });
  for (const part of parts) await spool.write(part);
  assert.equal(spool.tooLarge, true);
  await assert.rejects(spool.take(), { code: 'DICOM_DATA_SET_TOO_LARGE' });
});

it('has its limits', () => {
  assert.equal(SPOOL_BYTES, 8 * 1024 * 1024);
  assert.equal(MAX_OBJECT_BYTES, 512 * 1024 * 1024);
});
