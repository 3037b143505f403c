import { join } from 'node:path';
import { inFolder, onlyFile, saveBundle } from '../models/bundle.ts';
import { openBundle } from '../models/bundle-folder.ts';
import { readGraph, writeGraph } from '../models/graph.ts';
import type { AboutBundle, Manifest } from '../models/manifest.ts';
import { readSafetensors, type Tensor, writeSafetensors } from '../models/safetensors.ts';

export interface OtherBundle {
  name: string;
  seed: number;
  dims: number;
  /** what its manifest says instead, for a bundle that is not what it says */
  says?: number;
  /** where it is written; the models folder that the first is in unless told */
  into?: string;
}

/**
 * Writes a second encoder: the network of the bundle `from` with a projection behind it that is drawn from a seed. It
 * stands for an encoder that nobody has trained yet, in tests and benches of two generations.
 */
export async function saveOtherBundle(
  modelsDir: string,
  from: string,
  { name, seed, dims, says = dims, into = modelsDir }: OtherBundle,
): Promise<Manifest> {
  const bundle = await openBundle(modelsDir, from);
  const { files: _, hash, output, ...about } = bundle.manifest;
  if (output.gives !== 'vector') throw new Error(`${from} gives no vector`);
  const changed = {
    ...about,
    name,
    about: `${from} with a projection drawn from seed ${seed}.`,
    output: { ...output, dims: says },
    parents: [{ name: from, sha256: hash, licence: about.licence }],
    seeds: [seed],
    domain: 'simulated',
  } as AboutBundle;
  const matrix = projection(output.dims, dims, seed);
  if (about.kind === 'text-encoder') {
    const tensors = writeSafetensors(new Map([['projection', matrix]]));
    const added = inFolder('tensors', 'safetensors', 'projection.safetensors', tensors);
    return saveBundle(join(into, name), changed, [...bundle.files, added]);
  }
  const graph = readGraph(onlyFile(bundle, 'graph'));
  graph.nodes.push({ op: 'dense', name: 'projection', input: graph.output });
  const tensors = new Map([...readSafetensors(onlyFile(bundle, 'tensors')), ['projection/kernel', matrix]]);
  return saveBundle(join(into, name), changed, [
    inFolder('graph', 'interleave-graph', 'graph.json', writeGraph({ ...graph, output: 'projection' })),
    inFolder('tensors', 'safetensors', 'weights.safetensors', writeSafetensors(tensors)),
  ]);
}

/** Numbers in [-0.5, 0.5) by mulberry32, the same for the same seed. */
function projection(inputs: number, outputs: number, seed: number): Tensor {
  let state = seed >>> 0;
  const data = Float32Array.from({ length: inputs * outputs }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32 - 0.5;
  });
  return { shape: [inputs, outputs], data };
}
