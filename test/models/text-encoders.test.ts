import assert from 'node:assert/strict';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { saveOtherBundle } from '../../harness/other-bundle.ts';
import { MAX_OPEN_TEXT_BUNDLES } from '../../models/limits.ts';
import type { Manifest } from '../../models/manifest.ts';
import { OpenBundles } from '../../models/open-bundles.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { TextEncoders } from '../../models/text-encoders.ts';

const WAIT_MS = 60_000;

describe('text encoders in a thread of their own', () => {
  let modelsDir: string;
  let encoders: TextEncoders;
  let other: Manifest;

  before(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'interleave-text-encoders-'));
    other = await saveOtherBundle(modelsDir, SENTENCE_BUNDLE.name, { name: 'words', seed: 1, dims: 16 });
    encoders = await TextEncoders.start(modelsDir);
  });
  after(async () => {
    await encoders?.stop();
    await rm(modelsDir, { recursive: true, force: true });
  });

  const embed = (hash: string, texts: readonly string[], limitMs = WAIT_MS) =>
    encoders.embed(hash, texts, limitMs);

  it('say what they are, and give vectors of length 1 of their own', async () => {
    assert.deepEqual(await encoders.open('words'), { hash: other.hash, name: 'words', dims: 16 });
    assert.equal((await encoders.open(SENTENCE_BUNDLE.hash)).dims, 512);
    for (const [hash, dims] of [
      [SENTENCE_BUNDLE.hash, 512],
      [other.hash, 16],
    ] as const) {
      const [vector, ...more] = await embed(hash, ['Left effusion.']);
      assert.deepEqual([vector?.length, more.length], [dims, 0]);
      assert.ok(Math.abs(Math.hypot(...(vector ?? [])) - 1) < 1e-3);
    }
  });

  it('leave the thread that asks free while they compute', async () => {
    const texts = Array.from({ length: 24 }, (_, n) => `small left pneumothorax ${n} `.repeat(20));
    let turns = 0;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      turns++;
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const began = performance.now();
    const vectors = await embed(SENTENCE_BUNDLE.hash, texts);
    const took = performance.now() - began;
    clearInterval(timer);
    assert.equal(vectors.length, texts.length);
    assert.ok(turns > 2, `${turns} turns in ${took} ms`);
    assert.ok(longest < took / 2, `held up for ${longest} of ${took} ms`);
  });

  it('keep to the time limit, and go on after one that was too short, or a text that has no vector', async () => {
    const many = Array.from({ length: 64 }, (_, n) => `There is a small nodule number ${n}.`);
    const failed = { code: 'TEXT_VECTOR_FAILED' };
    await assert.rejects(embed(SENTENCE_BUNDLE.hash, many, 1), failed);
    await assert.rejects(embed(SENTENCE_BUNDLE.hash, [' ']), failed);
    assert.equal((await embed(SENTENCE_BUNDLE.hash, ['Edema.'])).length, 1);
  });

  it('say that a bundle is not here, and take it once it is', async () => {
    const hidden = join(modelsDir, '.hidden');
    const late = await saveOtherBundle(modelsDir, SENTENCE_BUNDLE.name, { name: 'late', seed: 2, dims: 8 });
    await rename(join(modelsDir, 'late'), hidden);
    await assert.rejects(embed(late.hash, ['Edema.']), { code: 'MODEL_MISSING' });
    await rename(hidden, join(modelsDir, 'late'));
    assert.equal((await embed(late.hash, ['Edema.']))[0]?.length, 8);
  });

  it('refuse a bundle that gives other vectors than its manifest says', async () => {
    const { hash } = await saveOtherBundle(modelsDir, SENTENCE_BUNDLE.name, {
      name: 'wrong',
      seed: 3,
      dims: 8,
      says: 16,
    });
    await assert.rejects(encoders.open(hash), { code: 'MODEL_INVALID' });
  });
});

it(`no more than ${MAX_OPEN_TEXT_BUNDLES} bundles stay open: the one that was used longest ago is closed`, () => {
  const closed: string[] = [];
  const open = new OpenBundles<{ dispose(): void }>(MAX_OPEN_TEXT_BUNDLES);
  const add = (name: string) => open.add(name, { dispose: () => closed.push(name) });
  for (let n = 0; n < MAX_OPEN_TEXT_BUNDLES; n++) add(`b${n}`);
  assert.ok(open.get('b0') !== undefined);
  add('one more');
  assert.deepEqual(closed, ['b1']);
  assert.equal(open.get('b1'), undefined);
  assert.ok(open.get('b0') !== undefined && open.get('one more') !== undefined);
});
