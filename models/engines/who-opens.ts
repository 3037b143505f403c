import { InterleaveError } from '../../core/errors.ts';
import type { BundleFile, Manifest, ModelKind } from '../manifest.ts';

/** Best first: what `auto` tries, in this order (docs/performance.md, "Engines side by side"). */
export const ENGINE_IDS = ['onnxruntime-cuda', 'tfjs-node-gpu', 'onnxruntime', 'tfjs-node', 'wasm'] as const;
export type EngineId = (typeof ENGINE_IDS)[number];

const ONNX_RUNTIME: readonly EngineId[] = ['onnxruntime-cuda', 'onnxruntime'];
const TENSORFLOW: readonly EngineId[] = ['tfjs-node-gpu', 'tfjs-node', 'wasm'];

type Format = BundleFile['format'];

/** By the kind of a bundle and the format of its graph. Our own format is written for each engine when it is opened. */
const OPENS: Readonly<Partial<Record<ModelKind, Partial<Record<Format, readonly EngineId[]>>>>> = {
  'image-encoder': { 'interleave-graph': ENGINE_IDS, onnx: ONNX_RUNTIME },
  'text-encoder': { 'tfjs-graph-model': TENSORFLOW, onnx: ['onnxruntime'] },
};

/**
 * The engines that can open a bundle, best first; none for what no engine computes. It follows from kind and files of the
 * manifest, so it stands in no field of its own, which could say something else.
 */
export function enginesThatOpen({ kind, files }: Pick<Manifest, 'kind' | 'files'>): EngineId[] {
  const graphs = files.filter(({ role }) => role === 'graph');
  if (graphs.length === 0) return [];
  return ENGINE_IDS.filter((id) => graphs.every(({ format }) => OPENS[kind]?.[format]?.includes(id)));
}

/** @throws InterleaveError MODEL_UNSUPPORTED, with what to do, when this engine cannot open the bundle */
export function requireOpens(id: EngineId, manifest: Pick<Manifest, 'name' | 'kind' | 'files'>): void {
  const engines = enginesThatOpen(manifest);
  if (engines.includes(id)) return;
  const formats = manifest.files.filter(({ role }) => role === 'graph').map(({ format }) => format);
  const graph = `${manifest.name} is an ${manifest.kind} with a graph as ${formats.join(', ')}`;
  throw new InterleaveError(
    'MODEL_UNSUPPORTED',
    engines.length === 0
      ? `${graph}, which no engine opens.`
      : `${graph}, which ${engines.join(' or ')} opens, and ${id} computes here: start with INTERLEAVE_ENGINE=${engines.at(-1)} (\`npm ci\` installs it).`,
  );
}
