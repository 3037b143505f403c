import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import type { OpenedTextBackend } from '../../../models/text-encoder-thread.ts';
import { TextModels } from '../../../services/labeler/text-models.ts';

const backend: OpenedTextBackend = { backend: 'wasm', backendName: 'fake', reasons: [] };

/** Encoders of which some cannot be used for now. */
function fakeEncoders(broken: Map<string, ErrorCode>) {
  const check = (called: string) => {
    const code = broken.get(called);
    if (code !== undefined) throw new InterleaveError(code, called);
  };
  return {
    backend,
    async open(called: string) {
      check(called);
      return { hash: called, name: called, dims: 2 };
    },
    async embed(hash: string, texts: readonly string[]) {
      check(hash);
      return texts.map(() => Float32Array.of(1, 0));
    },
  };
}

const wanted = [
  { called: 'one', generation: 1 },
  { called: 'two', generation: 2 },
];
const generations = (models: readonly { generation: number }[]) => models.map(({ generation }) => generation);

test('what cannot be loaded is told, the others are used, and it is taken once it can be', async () => {
  const broken = new Map<string, ErrorCode>([['two', 'MODEL_MISSING']]);
  const models = new TextModels(fakeEncoders(broken));
  await models.load(wanted);
  assert.deepEqual(
    [generations(models.loaded), models.missing.map(({ generation, code }) => [generation, code])],
    [[1], [[2, 'MODEL_MISSING']]],
  );
  broken.clear();
  await models.load(wanted);
  assert.deepEqual([generations(models.loaded), models.missing], [[1, 2], []]);
});

test('a thread that broke down while it loaded changes nothing', async () => {
  const broken = new Map<string, ErrorCode>();
  const models = new TextModels(fakeEncoders(broken));
  await models.load(wanted.slice(0, 1));
  broken.set('two', 'TEXT_VECTOR_FAILED');
  await assert.rejects(models.load(wanted), { code: 'TEXT_VECTOR_FAILED' });
  assert.deepEqual([generations(models.loaded), models.missing], [[1], []]);
});

test('a bundle that a new thread cannot open again is missing from then on; one that only fails is not', async () => {
  const broken = new Map<string, ErrorCode>();
  const models = new TextModels(fakeEncoders(broken));
  await models.load(wanted);
  const [, two] = models.loaded;
  assert.ok(two !== undefined);
  const failed = { code: 'TEXT_VECTOR_FAILED' };
  broken.set('two', 'TEXT_VECTOR_FAILED');
  await assert.rejects(models.encode(two, ['x'], 1_000), failed);
  assert.deepEqual(generations(models.loaded), [1, 2]);
  broken.set('two', 'MODEL_INVALID');
  await assert.rejects(models.encode(two, ['x'], 1_000), failed);
  assert.deepEqual(
    [generations(models.loaded), models.missing.map(({ code }) => code)],
    [[1], ['MODEL_INVALID']],
  );
});
