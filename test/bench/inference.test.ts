import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { figures, run } from '../../bench/inference.ts';
import type { EngineMeasured } from '../../bench/support/engine-process.ts';
import { benchImages, stepTimes } from '../../bench/support/image-steps.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(modelsDir) ? false : `the image model is not in ${modelsDir}; \`npm start\` gets it`;

test('every engine has its figures; one that is not there has none, and a note that says why', {
  skip,
}, async () => {
  const values = {
    seconds: '0.01',
    engines: 'onnxruntime-cuda,onnxruntime',
    batches: '8',
    images: '2',
  };
  const { figures, notes = [] } = await run({ values, say: () => undefined });
  const of = new Map(figures.map(({ name, value }) => [name, value]));
  for (const name of ['images_per_s_onnx_8', 'network_per_s_onnx_8', 'pipeline_efficiency_8'])
    assert.ok((of.get(name) ?? 0) > 0, name);
  for (const name of ['images_per_s_wasm_8', 'engine_ratio_to_wasm_8'])
    assert.equal(of.get(name), null, name);
  const toldWhy = notes.some((note) => /^onnxruntime-cuda: not measured \(.+\)$/.test(note));
  assert.equal(of.get('images_per_s_gpu_32') === null, toldWhy);
  assert.ok(notes.some((note) => /^onnxruntime: onnxruntime-node \d+\.\d+\.\d+/.test(note)));
});

test('what the aims are about is the engine that is taken: not one for GPUs that computes on the processor', () => {
  const rates = (perSecond: number) => ({ network: { 8: perSecond }, whole: { 8: perSecond / 2 } });
  const about = { name: '', openMs: 1, memoryMb: 1, polls: 1, cpuMs: 1 };
  const onGpu = (kind: EngineMeasured['kind']): EngineMeasured => ({
    ...about,
    id: 'tfjs-node-gpu',
    kind,
    ...rates(30),
  });
  const others: EngineMeasured[] = [
    { ...about, id: 'onnxruntime', kind: 'native', ...rates(90) },
    { ...about, id: 'wasm', kind: 'wasm', ...rates(10) },
  ];
  const ratio = (measured: EngineMeasured[]) =>
    figures(measured).find(({ name }) => name === 'engine_ratio_to_wasm_8')?.value;
  assert.equal(ratio([onGpu('native'), ...others]), 9);
  assert.equal(ratio([onGpu('gpu'), ...others]), 3);
});

test('the steps before the network take some time each', async () => {
  const times = await stepTimes(benchImages(2));
  assert.ok(Object.values(times).every((ms) => ms > 0));
});
