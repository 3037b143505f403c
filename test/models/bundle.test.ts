import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import {
  inFolder,
  loadBundle,
  manifestOf,
  onlyFile,
  onlyOpened,
  saveBundle,
  saveManifest,
} from '../../models/bundle.ts';
import { findBundle, knownBundles, listBundles, openBundle } from '../../models/bundle-folder.ts';
import { MAX_BUNDLE_FILE_BYTES, MAX_BUNDLES, MAX_MANIFEST_BYTES } from '../../models/limits.ts';
import { type AboutBundle, type Manifest, manifestHash, sealManifest } from '../../models/manifest.ts';
import { SENTENCE_BUNDLE, sentenceBundle } from '../../models/packaged-bundles.ts';

const ABOUT: AboutBundle = {
  format: 1,
  name: 'tiny',
  kind: 'image-encoder',
  about: 'Nothing.',
  input: {
    takes: 'image',
    size: 4,
    colour: 'rgb',
    fit: 'letterbox',
    mean: 127,
    scale: 128,
    windows: ['object'],
    mask: 'none',
  },
  output: { gives: 'vector', dims: 2, similarity: 'cosine' },
  parents: [{ name: 'pypi x 1', sha256: '0'.repeat(64), licence: 'Apache-2.0' }],
  data: [],
  seeds: [7],
  metrics: [{ name: 'recall@1', value: 0.5, data: 'x', interval: { low: 0.4, high: 0.6, level: 0.95 } }],
  domain: 'simulated',
  licence: 'Apache-2.0',
};
const GRAPH = inFolder('graph', 'interleave-graph', 'graph.json', Buffer.from('{}'));
const TENSORS = inFolder('tensors', 'safetensors', 'weights.safetensors', Buffer.from('tensors'));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-bundle-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const save = (name: string, more: Partial<AboutBundle> = {}): Promise<Manifest> =>
  saveBundle(join(folder, name), { ...ABOUT, ...more } as AboutBundle, [GRAPH, TENSORS]);

test('what was saved is loaded, under the same hash wherever it is made', async () => {
  const saved = await save('one');
  assert.equal((await save('two')).hash, saved.hash);
  const bundle = await loadBundle(join(folder, 'one'));
  assert.deepEqual(bundle.manifest, saved);
  assert.equal(onlyFile(bundle, 'tensors').toString(), 'tensors');
  assert.throws(() => onlyFile(bundle, 'vocabulary'), hasCode('MODEL_INVALID'));
});

test('the hash is of what the manifest says, not of how it is written', async () => {
  const saved = await save('one');
  const turned = Object.fromEntries(Object.entries(saved).reverse());
  assert.equal(manifestHash(turned), saved.hash);
  for (const more of [
    { seeds: [8] },
    { licence: 'MIT' },
    { metrics: [] },
    { input: { ...ABOUT.input, scale: 127 } as never },
  ])
    assert.notEqual((await save('two', more)).hash, saved.hash, JSON.stringify(more));
});

test('a manifest keeps its hash from version to version: vectors on Kafka name it', async () => {
  // As the version before encoders of users computed them.
  assert.equal(SENTENCE_BUNDLE.hash, 'd1ca9ad838ecf48a1dcef2db4eefd9c58a0d9566f9de68e5deb1fc5ae61ce4b2');
  assert.equal((await save('one')).hash, '3a18ebd96ddd48004e57aaae6849c91f50fca394e52a838a922bc9273351ba49');
});

test('a file that is copied into a bundle is as one that is written, and nothing is left where it is not there', async () => {
  const from = join(folder, 'elsewhere.json');
  await writeFile(from, GRAPH.bytes);
  const { bytes: _, ...graph } = GRAPH;
  const copied = await saveBundle(join(folder, 'copied'), ABOUT, [{ ...graph, copyOf: from }, TENSORS]);
  assert.equal(copied.hash, (await save('one')).hash);
  await loadBundle(join(folder, 'copied'));
  const missing = { ...graph, copyOf: join(folder, 'nowhere') };
  await assert.rejects(saveBundle(join(folder, 'half'), ABOUT, [TENSORS, missing]));
  assert.ok((await readdir(folder)).every((name) => !name.startsWith('half')));
});

test('a file of ONNX is seen to be what the manifest says, and read only where its bytes are asked for', async () => {
  const graph = inFolder('graph', 'onnx', 'model.onnx', Buffer.from('a graph'));
  const place = join(folder, 'onnx');
  await saveBundle(place, ABOUT, [graph]);
  const bundle = await loadBundle(place);
  assert.equal(onlyOpened(bundle, 'graph').place, join(place, 'model.onnx'));
  assert.equal(onlyFile(bundle, 'graph').toString(), 'a graph');
  assert.equal((await saveBundle(join(folder, 'again'), ABOUT, bundle.files)).hash, bundle.manifest.hash);
  for (const changed of ['a grapf', 'a graph and more', '']) {
    await writeFile(join(place, 'model.onnx'), changed);
    await assert.rejects(loadBundle(place), hasCode('MODEL_INVALID'), changed);
  }
  await rm(join(place, 'model.onnx'));
  await assert.rejects(loadBundle(place), hasCode('MODEL_MISSING'));
});

test('every kind of bundle comes back as it was sealed', async () => {
  const { kind: _, input: __, output: ___, ...rest } = ABOUT;
  const vectors = { takes: 'vectors', from: [{ kind: 'image-encoder', bundle: 'a'.repeat(64), dims: 2 }] };
  const words = {
    takes: 'text',
    of: 'report',
    language: 'en',
    tokenizer: 'terms',
    maxTokens: 1,
    maxCharacters: 1,
  };
  const vector = { gives: 'vector', dims: 2, similarity: 'dot' };
  for (const about of [
    { kind: 'text-encoder', input: words, output: vector },
    { kind: 'joint-space', input: vectors, output: vector },
    { kind: 'heads', input: vectors, output: { gives: 'scores', concepts: ['effusion'] } },
    { kind: 'topics', input: words, output: { gives: 'topics', topics: 80 } },
  ]) {
    const saved = await saveBundle(join(folder, 'kind'), { ...rest, ...about } as AboutBundle, [GRAPH]);
    const bundle = await loadBundle(join(folder, 'kind'));
    assert.deepEqual(bundle.manifest, saved);
    assert.equal(manifestOf(bundle, saved.kind).kind, about.kind);
    assert.throws(() => manifestOf(bundle, 'image-encoder'), hasCode('MODEL_UNSUPPORTED'));
  }
});

test('a bundle that is missing, cut off or changed is not loaded', async () => {
  await assert.rejects(loadBundle(join(folder, 'none')), hasCode('MODEL_MISSING'));
  const place = join(folder, 'changed');
  for (const [file, change] of [
    ['weights.safetensors', (bytes: Buffer) => bytes.subarray(1)],
    ['weights.safetensors', (bytes: Buffer) => Buffer.from(bytes).fill(7, 0, 1)],
    ['manifest.json', (bytes: Buffer) => Buffer.from(bytes.toString().replace('"mean": 127', '"mean": 128'))],
    ['manifest.json', (bytes: Buffer) => Buffer.from(bytes.toString().replace('"mean"', '"men"'))],
    ['manifest.json', (bytes: Buffer) => bytes.subarray(0, 20)],
  ] as const) {
    await save('changed');
    await writeFile(join(place, file), change(await readFile(join(place, file))));
    await assert.rejects(loadBundle(place), hasCode('MODEL_INVALID'));
  }
  await save('changed');
  await rm(join(place, 'weights.safetensors'));
  await assert.rejects(loadBundle(place), hasCode('MODEL_MISSING'));
});

test('no path leads out of the folder', () => {
  for (const path of ['../x', '/etc/passwd', 'a/../../x', 'a//b', ''])
    assert.throws(() =>
      sealManifest({ ...ABOUT, files: [{ ...GRAPH, path, bytes: 2, sha256: '0'.repeat(64) }] } as never),
    );
});

test('files and manifests beyond their limits are not read', async () => {
  const { hash, files, ...about } = await save('big');
  const place = join(folder, 'big');
  const huge = files.map((file) => ({ ...file, bytes: MAX_BUNDLE_FILE_BYTES + 1 }));
  await saveManifest(place, sealManifest({ ...about, files: huge } as never));
  await writeFile(join(place, 'graph.json'), '');
  await truncate(join(place, 'graph.json'), MAX_BUNDLE_FILE_BYTES + 1);
  await assert.rejects(loadBundle(place), hasCode('MODEL_INVALID'));
  await writeFile(join(place, 'manifest.json'), ' '.repeat(MAX_MANIFEST_BYTES + 1));
  await assert.rejects(loadBundle(place), hasCode('MODEL_INVALID'));
});

test('a manifest that is a pipe, a device or a folder holds up nobody', { timeout: 10_000 }, async () => {
  const place = await mkdtemp(join(folder, 'odd-'));
  for (const name of ['device', 'folder', 'pipe']) await mkdir(join(place, name));
  await symlink('/dev/zero', join(place, 'device', 'manifest.json'));
  await mkdir(join(place, 'folder', 'manifest.json'));
  execFileSync('mkfifo', [join(place, 'pipe', 'manifest.json')]);
  const found = await listBundles(place);
  assert.deepEqual(
    found.map((one) => [one.folder, 'code' in one ? one.code : null]),
    ['device', 'folder', 'pipe'].map((name) => [name, 'MODEL_INVALID']),
  );
});

test('the text encoder that comes with us is a bundle whose files stay in their package', async () => {
  const bundle = await sentenceBundle();
  assert.equal(bundle.manifest.hash, SENTENCE_BUNDLE.hash);
  await saveManifest(join(folder, 'text'), SENTENCE_BUNDLE);
  assert.deepEqual((await loadBundle(join(folder, 'text'))).manifest, SENTENCE_BUNDLE);
  await assert.rejects(
    saveBundle(join(folder, 'absent'), ABOUT, [{ ...GRAPH, package: 'not-installed' }]).then(() =>
      loadBundle(join(folder, 'absent')),
    ),
    hasCode('MODEL_MISSING'),
  );
});

test('a bundle is found by its name, folder or hash; what is none is listed with the reason', async () => {
  const place = await mkdtemp(join(folder, 'models-'));
  assert.deepEqual(await listBundles(join(place, 'none')), []);
  const one = await saveBundle(join(place, 'one'), { ...ABOUT, name: 'first' }, [GRAPH, TENSORS]);
  await saveBundle(join(place, 'two'), { ...ABOUT, name: 'second' }, [GRAPH]);
  await saveBundle(join(place, 'three'), { ...ABOUT, name: 'second', seeds: [9] }, [GRAPH]);
  await saveBundle(join(place, 'broken'), ABOUT, [GRAPH]);
  await writeFile(join(place, 'broken', 'manifest.json'), '{');
  await saveBundle(join(place, '.hidden'), ABOUT, [GRAPH]);
  assert.deepEqual(
    (await listBundles(place)).map((found) => [
      found.folder,
      'code' in found ? found.code : found.manifest.name,
    ]),
    [
      ['broken', 'MODEL_INVALID'],
      ['one', 'first'],
      ['three', 'second'],
      ['two', 'second'],
    ],
  );
  for (const called of ['first', 'one', one.hash, one.hash.slice(0, 8)])
    assert.equal((await openBundle(place, called)).manifest.hash, one.hash);
  assert.equal((await findBundle(place, 'two')).folder, 'two');
  for (const called of ['second', 'third', one.hash.slice(0, 4)])
    await assert.rejects(findBundle(place, called), hasCode('MODEL_MISSING'));
  await assert.rejects(findBundle(place, 'broken'), hasCode('MODEL_INVALID'));
});

test('the text encoder that comes with us is found by its name and hash without a folder, and listed once', async () => {
  const place = await mkdtemp(join(folder, 'packaged-'));
  for (const called of [SENTENCE_BUNDLE.name, SENTENCE_BUNDLE.hash, SENTENCE_BUNDLE.hash.slice(0, 8)]) {
    assert.equal((await findBundle(place, called)).folder, null);
    assert.equal((await openBundle(join(place, 'none'), called)).manifest.hash, SENTENCE_BUNDLE.hash);
  }
  await saveManifest(join(place, SENTENCE_BUNDLE.name), SENTENCE_BUNDLE);
  assert.deepEqual(
    (await knownBundles(place)).map((found) => found.folder),
    [SENTENCE_BUNDLE.name],
  );
  assert.equal((await openBundle(place, SENTENCE_BUNDLE.name)).manifest.hash, SENTENCE_BUNDLE.hash);
});

test(`no more than ${MAX_BUNDLES} folders are looked into`, async () => {
  const place = await mkdtemp(join(folder, 'many-'));
  const names = Array.from({ length: MAX_BUNDLES + 1 }, (_, i) => `b${String(i).padStart(4, '0')}`);
  for (const name of names) await saveManifest(join(place, name), SENTENCE_BUNDLE);
  assert.equal((await listBundles(place)).length, MAX_BUNDLES);
});

function hasCode(code: ErrorCode) {
  return (error: unknown) => {
    assert.equal(codeOf(error), code, String(error));
    return true;
  };
}
