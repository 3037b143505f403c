import { manifestOf, onlyFile } from '../bundle.ts';
import { readGraph } from '../graph.ts';
import { GraphNetwork } from '../graph-network.ts';
import { GPU_BATCH, MODEL_BATCH } from '../limits.ts';
import { readSafetensors } from '../safetensors.ts';
import { openTensorBackendOf, type TensorBackend } from '../tensor-backend.ts';
import type { OpenedEngine } from './open-engine.ts';
import { type EngineId, requireOpens } from './who-opens.ts';

const PACKAGES = {
  'tfjs-node-gpu': '@tensorflow/tfjs-node-gpu',
  'tfjs-node': '@tensorflow/tfjs-node',
  wasm: '@tensorflow/tfjs-backend-wasm',
} as const satisfies Partial<Record<EngineId, string>>;

/** TensorFlow.js with one of its backends. @throws Error where that is not installed or does not start */
export async function openTensorFlow(id: keyof typeof PACKAGES): Promise<OpenedEngine> {
  return tensorFlow(id, await openTensorBackendOf(PACKAGES[id]));
}

function tensorFlow(id: EngineId, backend: TensorBackend): OpenedEngine {
  const { kind, name } = backend;
  return {
    kind,
    name,
    batch: kind === 'gpu' ? GPU_BATCH : MODEL_BATCH,
    async load(bundle) {
      requireOpens(id, bundle.manifest);
      const { input } = manifestOf(bundle, 'image-encoder');
      const graph = readGraph(onlyFile(bundle, 'graph'));
      return new GraphNetwork(backend, graph, readSafetensors(onlyFile(bundle, 'tensors')), input.size);
    },
  };
}
