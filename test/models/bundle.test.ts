import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { codeOf } from '../../core/errors.ts';
import { loadBundle, type Manifest, saveBundle } from '../../models/bundle.ts';

const ABOUT: Omit<Manifest, 'weights' | 'hash'> = {
  name: 'tiny',
  kind: 'image-encoder',
  generation: 7,
  dims: 2,
  input: { size: 4, channels: 3, fit: 'letterbox', mean: 127, scale: 128 },
  source: { package: 'test', version: '1', file: 'x', sha256: '0'.repeat(64), licence: 'Apache-2.0' },
};
const WEIGHTS = new Map([
  ['a', { shape: [2, 2], data: Float32Array.of(1, 2, 3, -4.5) }],
  ['b', { shape: [1], data: Float32Array.of(Math.PI) }],
]);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-bundle-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('what was saved is loaded, under the same hash wherever it is made', async () => {
  const saved = await saveBundle(join(folder, 'one'), ABOUT, WEIGHTS);
  const again = await saveBundle(join(folder, 'two'), ABOUT, WEIGHTS);
  assert.equal(again.hash, saved.hash);
  const bundle = await loadBundle(join(folder, 'one'));
  assert.deepEqual(bundle.manifest, saved);
  assert.deepEqual(bundle.tensor('a', [2, 2]), Float32Array.of(1, 2, 3, -4.5));
  assert.deepEqual(bundle.tensor('b', [1]), Float32Array.of(Math.PI));
  assert.throws(() => bundle.tensor('a', [4]), isMissing);
  assert.throws(() => bundle.tensor('c', [1]), isMissing);
});

test('another generation or another way to prepare images is another bundle', async () => {
  const { hash } = await saveBundle(join(folder, 'one'), ABOUT, WEIGHTS);
  const other = await saveBundle(join(folder, 'two'), { ...ABOUT, generation: 8 }, WEIGHTS);
  assert.notEqual(other.hash, hash);
});

test('a bundle that is missing, cut off or changed is not loaded', async () => {
  await assert.rejects(loadBundle(join(folder, 'none')), isMissing);
  const place = join(folder, 'changed');
  for (const [file, change] of [
    ['weights.bin', (bytes: Buffer) => bytes.subarray(1)],
    ['weights.bin', (bytes: Buffer) => Buffer.from(bytes).fill(7, 0, 1)],
    ['manifest.json', (bytes: Buffer) => Buffer.from(bytes.toString().replace('"mean": 127', '"mean": 128'))],
    ['manifest.json', (bytes: Buffer) => bytes.subarray(0, 20)],
  ] as const) {
    await saveBundle(place, ABOUT, WEIGHTS);
    await writeFile(join(place, file), change(await readFile(join(place, file))));
    await assert.rejects(loadBundle(place), isMissing);
  }
});

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'MODEL_MISSING';
}
