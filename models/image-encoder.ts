import { setImmediate } from 'node:timers/promises';
import { codeOf, InterleaveError } from '../core/errors.ts';
import type { DisplayImage } from '../core/imaging/display-image.ts';
import { type Bundle, manifestOf } from './bundle.ts';
import { FEATURES } from './efficientnet-lite0.ts';
import type { Engine, Network } from './engines/engine.ts';
import type { ManifestOf } from './manifest.ts';
import { normaliseRows } from './normalise.ts';
import { preprocess } from './preprocess.ts';

/** What a system writes to which nothing was promoted: the bundle that comes with us, as the first generation. */
export const IMAGE_VECTOR = { name: 'efficientnet-lite0', generation: 1, dims: FEATURES } as const;

/** Turns images into vectors that are near to each other when the images look alike. */
export interface ImageEncoder {
  /** of the model bundle */
  readonly hash: string;
  readonly dims: number;
  /** One vector of length 1 for each image, in order; the event loop runs between batches. */
  embed(images: readonly DisplayImage[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/**
 * Opens the image encoder of a bundle, and has it embed one blank image, so that a network that does not give what its
 * manifest says is known now.
 * @throws InterleaveError MODEL_UNSUPPORTED when it wants what this version cannot do, MODEL_INVALID
 */
export async function openImageEncoder(engine: Engine, bundle: Bundle): Promise<ImageEncoder> {
  const manifest = manifestOf(bundle, 'image-encoder');
  const { name, hash, input, output } = manifest;
  requireSupported(manifest);
  let network: Network | undefined;
  try {
    network = await engine.load(bundle);
    const opened = network;
    const embedBatch = async (images: readonly DisplayImage[]): Promise<Float32Array[]> =>
      normaliseRows(await opened.run(preprocess(images, input), images.length), output.dims);
    const blank = { width: 1, height: 1, channels: 1, data: Uint8Array.of(0) } as const;
    const [vector, ...more] = await embedBatch([blank]);
    if (vector?.length !== output.dims || more.length > 0)
      throw new Error(`it does not give ${output.dims} numbers`);
    if (!vector.every(Number.isFinite)) throw new Error('what it gives is no number');
    return {
      hash,
      dims: output.dims,
      embed: inBatches(embedBatch, engine.batch),
      dispose: () => opened.dispose(),
    };
  } catch (cause) {
    await network?.dispose();
    if (codeOf(cause) !== 'INTERNAL') throw cause;
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new InterleaveError('MODEL_INVALID', `${name}: ${reason}.`, { cause });
  }
}

type Embed = ImageEncoder['embed'];

function inBatches(embedBatch: Embed, size: number): Embed {
  return async (images) => {
    const vectors: Float32Array[] = [];
    for (let from = 0; from < images.length; from += size) {
      if (from > 0) await setImmediate();
      vectors.push(...(await embedBatch(images.slice(from, from + size))));
    }
    return vectors;
  };
}

/** What a manifest can say and this version does not do yet. Its graph is the engine's to judge. */
function requireSupported({ name, input, output, files }: ManifestOf<'image-encoder'>): void {
  const isOnnx = files.some(({ format }) => format === 'onnx');
  const wants = [
    ...(input.mask === 'none' ? [] : [`images masked by ${input.mask}`]),
    ...(input.windows.length === 1 && input.windows[0] === 'object' ? [] : ['windows of its own']),
    ...(isOnnx || (input.layout === undefined && input.pooling === undefined)
      ? []
      : ['a layout or a pooling of a graph that is not ONNX']),
    ...(output.similarity === 'cosine' ? [] : [`vectors compared by ${output.similarity}`]),
    ...files.flatMap(({ role, format }) =>
      role === 'graph' || format === 'safetensors' ? [] : [`a ${role} as ${format}`],
    ),
  ];
  if (wants.length > 0) throw new InterleaveError('MODEL_UNSUPPORTED', `${name} wants ${wants.join(', ')}.`);
}
