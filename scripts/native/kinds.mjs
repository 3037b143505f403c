import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { downloads, root } from '../bootstrap/project.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Every wheel with its size and SHA-256. `gpu` is what `tensorflow[and-cuda]==2.15.1` pins, but for curand and nccl:
 * TensorFlow's RUNPATH names neither of them, so they would lie there unread (245 MB).
 */
const WHEELS = JSON.parse(readFileSync(join(here, 'wheels.json'), 'utf8'));

/** TensorFlow.js with TensorFlow's own library: `native` on the processor, `gpu` on CUDA. */
export const KINDS = {
  native: kind('native', '@tensorflow/tfjs-node'),
  gpu: kind('gpu', '@tensorflow/tfjs-node-gpu'),
};

function kind(name, npmPackage) {
  const wheels = WHEELS[name];
  return {
    name,
    package: npmPackage,
    version: '4.22.0',
    wheels,
    downloadBytes: wheels.reduce((sum, { bytes }) => sum + bytes, 0),
    /** libraries and headers as they lie on the disk, measured; the packages of npm beside them */
    diskBytes: name === 'gpu' ? 3.8e9 : 0.7e9,
    /** the libraries: outside of node_modules, so that `npm ci` does not throw gigabytes away */
    folder: join(downloads, 'tensorflow', name),
    packageFolder: join(root, 'node_modules', ...npmPackage.split('/')),
  };
}

/** The largest wheel is there twice for a moment: pip copies it from where it was downloaded to. */
export function peakBytes({ wheels, diskBytes }) {
  return diskBytes + 2 * Math.max(...wheels.map(({ bytes }) => bytes)) + NPM_BYTES;
}

/** What npm installs beside the libraries: TensorFlow.js whole, and the tools that its package wants. */
const NPM_BYTES = 0.4e9;
