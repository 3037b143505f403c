import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../../core/errors.ts';
import { DEFAULT_ENGINE, engineConfig } from '../../../models/engines/engine-settings.ts';
import { chooseEngine, type EngineCandidate, openEngine } from '../../../models/engines/open-engine.ts';
import type { EngineId } from '../../../models/engines/who-opens.ts';
import { loadConfig } from '../../../platform/process/config.ts';

const fails = (id: EngineId, message: string): EngineCandidate => ({
  id,
  open: () => Promise.reject(new Error(message)),
});
const works = (id: EngineId): EngineCandidate => ({
  id,
  open: async () => ({ kind: 'wasm', name: `${id} 1`, batch: 8, load: () => Promise.reject(new Error()) }),
});

test('the first that opens is taken, and each fallback is logged with its reason', async () => {
  const logged: object[] = [];
  const log = { info: (fields: object, message: string) => logged.push({ ...fields, message }) };
  const candidates = [
    fails('onnxruntime-cuda', 'no CUDA\nstack'),
    fails('onnxruntime', 'is not installed'),
    works('tfjs-node'),
    works('wasm'),
  ];
  const engine = await chooseEngine(candidates, DEFAULT_ENGINE, log);
  assert.deepEqual([engine.id, engine.name], ['tfjs-node', 'tfjs-node 1']);
  assert.deepEqual(engine.reasons, ['onnxruntime-cuda: no CUDA', 'onnxruntime: is not installed']);
  assert.deepEqual(logged, [
    { reason: 'onnxruntime-cuda: no CUDA', message: 'engine.fallback' },
    { reason: 'onnxruntime: is not installed', message: 'engine.fallback' },
    { engine: 'tfjs-node', name: engine.name, reasons: engine.reasons, message: 'engine.chosen' },
  ]);
});

test('an engine that is asked for by name is taken or nothing is', async () => {
  const candidates = [works('onnxruntime'), fails('tfjs-node', 'is not installed'), works('wasm')];
  const asked = (engine: EngineId) => chooseEngine(candidates, { ...DEFAULT_ENGINE, engine });
  assert.equal((await asked('wasm')).id, 'wasm');
  assert.deepEqual((await asked('wasm')).reasons, []);
  await assert.rejects(asked('tfjs-node'), (error) => {
    assert.equal(codeOf(error), 'BACKEND_UNAVAILABLE');
    assert.match((error as Error).message, /tfjs-node: is not installed/);
    return true;
  });
});

test('without any engine the reasons are all told', async () => {
  const none = [fails('onnxruntime', 'x'), fails('wasm', 'y')];
  await assert.rejects(chooseEngine(none, DEFAULT_ENGINE), (error) => {
    assert.equal(codeOf(error), 'BACKEND_UNAVAILABLE');
    assert.match((error as Error).message, /onnxruntime: x; wasm: y/);
    return true;
  });
});

test('the setting names engines that there are', () => {
  const { engine, engineThreads } = loadConfig(engineConfig, {
    INTERLEAVE_ENGINE: 'wasm',
    INTERLEAVE_ENGINE_THREADS: '2',
  });
  assert.deepEqual([engine, engineThreads], ['wasm', 2]);
  assert.equal(loadConfig(engineConfig, {}).engine, 'auto');
  for (const env of [{ INTERLEAVE_ENGINE: 'fast' }, { INTERLEAVE_ENGINE_THREADS: '0' }])
    assert.throws(() => loadConfig(engineConfig, env), { code: 'CONFIG_INVALID' });
});

test('ONNX Runtime is taken here, and says what is better and not there', async () => {
  const engine = await openEngine();
  const better = engine.reasons.map((reason) => reason.split(':')[0]);
  if (engine.kind === 'gpu') return;
  assert.equal(engine.id, 'onnxruntime');
  assert.match(engine.name, /^onnxruntime-node 1\.\d+\.\d+ \(1 thread\)$/);
  assert.deepEqual(better, ['onnxruntime-cuda', 'tfjs-node-gpu']);
});
