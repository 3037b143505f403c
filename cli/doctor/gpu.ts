import { execFile } from 'node:child_process';
import { GPU_ANSWER_MS } from '../limits.ts';

/** An NVIDIA GPU of this machine. */
export interface Gpu {
  name: string;
  /** of the driver, such as 535.183.01 */
  driver: string;
}

/** CUDA 12.2 wants this one or a newer one. */
export const LEAST_DRIVER = 535;

/** The GPUs that NVIDIA's driver knows; none where there is no driver. */
export function gpusOf(command = 'nvidia-smi'): Promise<Gpu[]> {
  const args = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
  return new Promise((resolve) => {
    execFile(command, args, { timeout: GPU_ANSWER_MS }, (error, stdout) =>
      resolve(error === null ? parseGpus(stdout) : []),
    );
  });
}

/** Lines such as `NVIDIA A100-SXM4-40GB, 535.183.01`. */
export function parseGpus(text: string): Gpu[] {
  return text.split('\n').flatMap((line) => {
    const [, name, driver] = /^(.+), (\d+(?:\.\d+)+)\s*$/.exec(line) ?? [];
    return name === undefined || driver === undefined ? [] : [{ name, driver }];
  });
}

export function isOldDriver({ driver }: Gpu): boolean {
  return Number.parseInt(driver, 10) < LEAST_DRIVER;
}
