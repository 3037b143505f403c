import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasGpuDevice } from '../../../models/engines/gpu-device.ts';
import { openEngine } from '../../../models/engines/open-engine.ts';

test('a GPU is there when its device is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-device-'));
  t.after(() => rm(folder, { recursive: true }));
  assert.equal(hasGpuDevice(folder), false);
  await writeFile(join(folder, 'nvidiactl'), '');
  assert.equal(hasGpuDevice(folder), true);
});

test('without a GPU its library is not loaded, installed or not', { skip: hasGpuDevice() }, async () => {
  const { reasons } = await openEngine();
  assert.ok(reasons.some((reason) => /^tfjs-node-gpu: (is not installed|sees no GPU)$/.test(reason)));
  const loaded = process.report.getReport() as unknown as { sharedObjects: string[] };
  assert.ok(!loaded.sharedObjects.some((file) => /libtensorflow/.test(file)));
});
