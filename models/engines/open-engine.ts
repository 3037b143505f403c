import { InterleaveError } from '../../core/errors.ts';
import { isInstalled } from '../tensor-backend.ts';
import type { Engine } from './engine.ts';
import { DEFAULT_ENGINE, type EngineSettings } from './engine-settings.ts';
import { hasGpuDevice } from './gpu-device.ts';
import { openOnnxRuntime } from './onnx-runtime.ts';
import { openTensorFlow } from './tensorflow.ts';
import type { EngineId } from './who-opens.ts';

/** What an engine that wants to be taken has to offer; tests give their own list. */
export interface EngineCandidate {
  readonly id: EngineId;
  /** throws where it cannot, with the reason as message */
  open(settings: EngineSettings): Promise<OpenedEngine>;
}

export type OpenedEngine = Omit<Engine, 'id' | 'reasons'>;

interface Log {
  info(fields: object, message: string): void;
}

/**
 * Opens the engine that is asked for, or the best one that works here. A thread opens one: TensorFlow.js has one backend at a
 * time.
 * @throws InterleaveError BACKEND_UNAVAILABLE when the one that is asked for does not open, or not even WebAssembly
 */
export function openEngine(settings: EngineSettings = DEFAULT_ENGINE, log?: Log): Promise<Engine> {
  return chooseEngine(CANDIDATES, settings, log);
}

/** Takes the first candidate that opens, and says why the ones before it did not. */
export async function chooseEngine(
  candidates: readonly EngineCandidate[],
  settings: EngineSettings,
  log?: Log,
): Promise<Engine> {
  const reasons: string[] = [];
  for (const { id, open } of candidates) {
    if (settings.engine !== 'auto' && settings.engine !== id) continue;
    try {
      const opened = await open(settings);
      log?.info({ engine: id, name: opened.name, reasons }, 'engine.chosen');
      return { ...opened, id, reasons };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const reason = `${id}: ${message.split('\n')[0]}`;
      reasons.push(reason);
      log?.info({ reason }, 'engine.fallback');
    }
  }
  throw new InterleaveError('BACKEND_UNAVAILABLE', reasons.join('; '));
}

/** As `ENGINE_IDS` orders them. */
const CANDIDATES: readonly EngineCandidate[] = [
  { id: 'onnxruntime-cuda', open: (settings) => openOnnxRuntime('cuda', settings) },
  { id: 'tfjs-node-gpu', open: openTensorFlowOnGpu },
  { id: 'onnxruntime', open: (settings) => openOnnxRuntime('cpu', settings) },
  { id: 'tfjs-node', open: () => openTensorFlow('tfjs-node') },
  { id: 'wasm', open: () => openTensorFlow('wasm') },
];

/** Without a GPU it computes on the processor, where others are faster: then only who asks for it by name gets it. */
async function openTensorFlowOnGpu({ engine }: EngineSettings): Promise<OpenedEngine> {
  if (engine === 'auto' && !hasGpuDevice() && isInstalled('@tensorflow/tfjs-node-gpu'))
    throw new Error('sees no GPU');
  const opened = await openTensorFlow('tfjs-node-gpu');
  if (opened.kind !== 'gpu' && engine === 'auto') throw new Error('sees no GPU');
  return opened;
}
