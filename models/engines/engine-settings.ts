import { z } from 'zod';
import { DEFAULT_ENGINE_THREADS, MAX_ENGINE_THREADS } from '../limits.ts';
import { ENGINE_IDS } from './who-opens.ts';

/** Settings of every process that computes images: INTERLEAVE_ENGINE, INTERLEAVE_ENGINE_THREADS. */
export const engineConfig = {
  /** `auto` takes the best that opens; an engine by name is the only one that is tried */
  engine: z.enum(['auto', ...ENGINE_IDS]).default('auto'),
  /** threads that ONNX Runtime computes one batch with on the processor */
  engineThreads: z.coerce.number().int().min(1).max(MAX_ENGINE_THREADS).default(DEFAULT_ENGINE_THREADS),
};

export type EngineSettings = Readonly<z.infer<z.ZodObject<typeof engineConfig>>>;

export const DEFAULT_ENGINE: EngineSettings = z.object(engineConfig).parse({});
