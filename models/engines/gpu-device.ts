import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What CUDA opens first: of NVIDIA's driver, and of Windows below WSL. */
const DEVICES = ['nvidiactl', 'dxg'];

/**
 * Whether this machine, or this container, has the device of an NVIDIA GPU. Without one TensorFlow's library for GPUs need
 * not be loaded to find that out: it takes 380 MB and 3 s.
 */
export function hasGpuDevice(folder = '/dev'): boolean {
  return DEVICES.some((name) => existsSync(join(folder, name)));
}
