import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gpuEnvironment } from '../../../models/engines/gpu-environment.ts';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'interleave-gpu-'));
});
after(() => rm(root, { recursive: true }));

test('without CUDA a process is started as it was', () => {
  assert.deepEqual(gpuEnvironment({ PATH: '/usr/bin' }, root), {});
});

test('with CUDA it finds ptxas, keeps what is compiled for the GPU, and leaves memory to the others', async () => {
  const bin = join(root, 'node_modules/@tensorflow/tfjs-node-gpu/deps/nvidia/cuda_nvcc/bin');
  await mkdir(bin, { recursive: true });
  assert.deepEqual(gpuEnvironment({ PATH: '/usr/bin' }, root), {
    PATH: `${bin}:/usr/bin`,
    CUDA_CACHE_MAXSIZE: '2147483648',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  });
  const env = gpuEnvironment({ CUDA_CACHE_MAXSIZE: '1', TF_FORCE_GPU_ALLOW_GROWTH: 'false' }, root);
  assert.deepEqual(env, { PATH: bin, CUDA_CACHE_MAXSIZE: '1', TF_FORCE_GPU_ALLOW_GROWTH: 'false' });
});
