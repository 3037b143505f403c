import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../core/errors.ts';
import { type BackendCandidate, chooseBackend, openTensorBackend } from '../../models/tensor-backend.ts';

const fails = (name: string, message: string): BackendCandidate => ({
  package: name,
  open: () => Promise.reject(new Error(message)),
});
const works: BackendCandidate = { package: '@tensorflow/tfjs-backend-wasm', open: async () => 'wasm' };

test('the first that opens is taken, and each fallback is logged with its reason', async () => {
  const logged: object[] = [];
  const log = { info: (fields: object, message: string) => logged.push({ ...fields, message }) };
  const backend = await chooseBackend(
    [fails('gpu', 'no CUDA\nstack'), fails('native', 'is not installed'), works],
    log,
  );
  assert.equal(backend.kind, 'wasm');
  assert.match(backend.name, /^@tensorflow\/tfjs-backend-wasm 4\./);
  assert.deepEqual(backend.reasons, ['gpu: no CUDA', 'native: is not installed']);
  assert.deepEqual(logged, [
    { reason: 'gpu: no CUDA', message: 'backend.fallback' },
    { reason: 'native: is not installed', message: 'backend.fallback' },
    { backend: 'wasm', name: backend.name, reasons: backend.reasons, message: 'backend.chosen' },
  ]);
});

test('without any backend the reasons are all told', async () => {
  await assert.rejects(chooseBackend([fails('a', 'x'), fails('b', 'y')]), (error) => {
    assert.equal(codeOf(error), 'BACKEND_UNAVAILABLE');
    assert.match((error as Error).message, /a: x; b: y/);
    return true;
  });
});

test('some backend opens here, once', async () => {
  const backend = await openTensorBackend();
  assert.ok(['gpu', 'native', 'wasm'].includes(backend.kind));
  assert.equal(await openTensorBackend(), backend);
});
