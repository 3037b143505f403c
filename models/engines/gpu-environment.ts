import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../../platform/process/project-root.ts';

type Environment = Record<string, string | undefined>;

/**
 * What a process has to be started with so that TensorFlow computes well on a GPU; nothing where `npm run setup:gpu` has put
 * no CUDA. What the user set stands. A process reads these when it starts, so it cannot give them to itself.
 */
export function gpuEnvironment(env: Environment = process.env, root = projectRoot()): Environment {
  const bin = join(root, 'node_modules/@tensorflow/tfjs-node-gpu/deps/nvidia/cuda_nvcc/bin');
  if (!existsSync(bin)) return {};
  return {
    // ptxas, with which TensorFlow compiles for the GPU at hand.
    PATH: [bin, ...(env['PATH'] ? [env['PATH']] : [])].join(delimiter),
    // TensorFlow 2.15 knows GPUs up to sm_80. For a newer one the driver compiles everything at the first use, for minutes;
    // its cache holds 1 GiB by default.
    CUDA_CACHE_MAXSIZE: env['CUDA_CACHE_MAXSIZE'] || String(CUDA_CACHE_BYTES),
    // Otherwise the first process takes all memory of the GPU, and inference, labeler and search share one.
    TF_FORCE_GPU_ALLOW_GROWTH: env['TF_FORCE_GPU_ALLOW_GROWTH'] || 'true',
  };
}

const CUDA_CACHE_BYTES = 2 * 1024 ** 3;
