import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import { type Bundle, manifestOf, onlyFile, onlyOpened, packageFolder } from '../bundle.ts';
import { type Graph, readGraph } from '../graph.ts';
import { GPU_BATCH, MODEL_BATCH } from '../limits.ts';
import { hasExternalData } from '../onnx/external-data.ts';
import { graphToOnnx } from '../onnx/graph-to-onnx.ts';
import { readSafetensors } from '../safetensors.ts';
import type { Network } from './engine.ts';
import type { EngineSettings } from './engine-settings.ts';
import { type AboutImageGraph, OnnxNetwork } from './onnx-network.ts';
import type { OpenedEngine } from './open-engine.ts';
import { requireOpens } from './who-opens.ts';

type Provider = 'cpu' | 'cuda';

/**
 * ONNX Runtime, on the processor or by its CUDA provider. It counts as open when it has computed something: with `cuda` no
 * part of it may fall back to the processor.
 * @throws Error where it is not installed, or this machine cannot load it
 */
export async function openOnnxRuntime(
  provider: Provider,
  { engineThreads }: EngineSettings,
): Promise<OpenedEngine> {
  const ort = await import('onnxruntime-node');
  if (provider === 'cuda' && !hasCudaProvider()) throw new Error('its CUDA provider is not installed');
  const open = async (model: OnnxFile, about?: AboutImageGraph): Promise<OnnxNetwork> =>
    OnnxNetwork.of(ort, await sessionOf(ort, model, options(provider, engineThreads)), about);
  const probe = await open(graphToOnnx(PROBE, new Map(), 1));
  const [red] = await probe.run(Float32Array.of(1, 2, 3), 1);
  await probe.dispose();
  if (red !== 1) throw new Error('does not compute');
  return {
    kind: provider === 'cuda' ? 'gpu' : 'native',
    name: nameOf(provider, engineThreads),
    batch: provider === 'cuda' ? GPU_BATCH : MODEL_BATCH,
    load: (bundle) => load(bundle, provider, open),
  };
}

export interface OnnxSession {
  session: Ort.InferenceSession;
  /** of the engine */
  name: string;
}

/** A model in memory, or where its file is: then it is not held beside what ONNX Runtime makes of it. */
export type OnnxFile = Uint8Array | string;

function sessionOf(
  ort: typeof Ort,
  model: OnnxFile,
  chosen: Ort.InferenceSession.SessionOptions,
): Promise<Ort.InferenceSession> {
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, chosen)
    : ort.InferenceSession.create(model, chosen);
}

/** A model on the processor. @throws Error where ONNX Runtime cannot read it */
export async function openOnnxModel(
  ort: typeof Ort,
  model: OnnxFile,
  engineThreads: number,
): Promise<OnnxSession> {
  requireWhole(model);
  const session = await sessionOf(ort, model, options('cpu', engineThreads));
  return { session, name: nameOf('cpu', engineThreads) };
}

/** The mean colour. */
const PROBE: Graph = {
  format: 'interleave-graph/1',
  input: 'image',
  nodes: [{ op: 'global-mean', name: 'colour', input: 'image' }],
  output: 'colour',
};

/** A bundle's own ONNX model as it is; of our graph one is written in memory, so that the bundle stays what it is. */
async function load(
  bundle: Bundle,
  provider: Provider,
  open: (model: OnnxFile, about?: AboutImageGraph) => Promise<Network>,
): Promise<Network> {
  requireOpens(provider === 'cuda' ? 'onnxruntime-cuda' : 'onnxruntime', bundle.manifest);
  const { input } = manifestOf(bundle, 'image-encoder');
  const graph = onlyOpened(bundle, 'graph');
  if (graph.format === 'onnx') {
    requireWhole(graph.place);
    return open(graph.place, { ...input, names: graph.names });
  }
  return open(graphToOnnx(readGraph(graph.bytes), readSafetensors(onlyFile(bundle, 'tensors')), input.size));
}

/** A bundle names all that is opened of it. */
function requireWhole(model: OnnxFile): void {
  if (hasExternalData(model)) throw new Error('it keeps its weights in another file (external data)');
}

/**
 * Threads do not spin while they wait: the other cores belong to Kafka, Elasticsearch and the decoder. The arena keeps the
 * memory of the largest batch there was and asks for it no more, which makes batches a third faster; `batch` bounds it
 * (80 MB for 8 images of EfficientNet-Lite0).
 */
function options(provider: Provider, threads: number): Ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    enableCpuMemArena: true,
    logSeverityLevel: 4,
    extra: {
      'session.intra_op.allow_spinning': '0',
      'session.inter_op.allow_spinning': '0',
      ...(provider === 'cuda' ? { 'session.disable_cpu_ep_fallback': '1' } : {}),
    },
  };
}

function nameOf(provider: Provider, engineThreads: number): string {
  return `onnxruntime-node ${version()} (${provider === 'cuda' ? 'CUDA' : threads(engineThreads)})`;
}

function threads(count: number): string {
  return `${count} thread${count === 1 ? '' : 's'}`;
}

/** A library that the package does not bring; without it ONNX Runtime fails with two lines on standard error. */
function hasCudaProvider(): boolean {
  const files = readdirSync(join(packageFolder('onnxruntime-node'), 'bin'), { recursive: true });
  return files.some((file) => /onnxruntime_providers_cuda\.(so|dll)$/.test(String(file)));
}

function version(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version;
}
