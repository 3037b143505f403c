import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gpuEnvironment } from '../../models/engines/gpu-environment.ts';
import type { BackendKind } from '../../models/tensor-backend.ts';
import { moduleBeside } from '../../platform/concurrency/worker-thread.ts';
import { MAX_MEASURE_MS } from '../limits.ts';

export type Part = 'images' | 'texts';

/** What computes images or texts here, as the services would choose it, and how fast it was for a few seconds. */
export interface Measured {
  /** package and version; null where nothing opens */
  name: string | null;
  /** as INTERLEAVE_ENGINE names it */
  engine: string | null;
  kind: BackendKind | null;
  /** images or sentences, `batch` at once; null where the model is not there */
  perSecond: number | null;
  batch: number;
  /** until the first batch was computed: a new GPU compiles then */
  firstMs: number | null;
  /** why each better one was not taken */
  reasons: readonly string[];
  /** why nothing was measured; '' where something was */
  problem: string;
}

/** In a process of its own: two TensorFlow libraries do not share one, and a library that does not fit may end it. */
export function measure(part: Part, modelsDir: string): Promise<Measured> {
  const args = [
    ...process.execArgv,
    fileURLToPath(moduleBeside(import.meta.url, 'measure-process')),
    part,
    modelsDir,
  ];
  const env = { ...process.env, ...gpuEnvironment(), TF_CPP_MIN_LOG_LEVEL: '3' };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, timeout: MAX_MEASURE_MS }, (error, stdout) => {
      const line = stdout.split('\n').find((one) => one.startsWith(MARK));
      if (line !== undefined) resolve(JSON.parse(line.slice(MARK.length)) as Measured);
      else resolve({ ...NOTHING, problem: endOf(error) });
    });
  });
}

/** What the line of the process begins with that says what it found; libraries print what they like. */
export const MARK = 'measured ';
export const NOTHING: Measured = {
  name: null,
  engine: null,
  kind: null,
  perSecond: null,
  batch: 0,
  firstMs: null,
  reasons: [],
  problem: '',
};

function endOf(error: { killed?: boolean; signal?: string | null; code?: unknown } | null): string {
  if (error?.killed === true) return `it was not done after ${MAX_MEASURE_MS / 1000} s`;
  return `its process ended with ${error?.signal ?? error?.code ?? 'no word'}`;
}
