import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { DisplayImage } from '../core/imaging/display-image.ts';
import { loadBundle } from './bundle.ts';
import { EfficientNetLite0, FEATURES } from './efficientnet-lite0.ts';
import { MODEL_BATCH } from './limits.ts';
import { normaliseRows } from './normalise.ts';
import { preprocess } from './preprocess.ts';
import type { TensorBackend } from './tensor-backend.ts';

/** What every image vector of this version is: another backbone gets another generation, and a new index. */
export const IMAGE_VECTOR = { generation: 1, dims: FEATURES } as const;

/** Turns images into vectors that are near to each other when the images look alike. */
export interface ImageEncoder {
  readonly generation: number;
  /** of the model bundle */
  readonly hash: string;
  readonly dims: number;
  /** One vector of length 1 for each image, in order; the event loop runs between batches. */
  embed(images: readonly DisplayImage[]): Promise<Float32Array[]>;
  dispose(): void;
}

/** Loads EfficientNet-Lite0 from `<modelsDir>/efficientnet-lite0`. @throws InterleaveError MODEL_MISSING */
export async function openImageEncoder(backend: TensorBackend, modelsDir: string): Promise<ImageEncoder> {
  const bundle = await loadBundle(join(modelsDir, 'efficientnet-lite0'));
  const network = new EfficientNetLite0(backend, bundle);
  const { generation, dims, hash, input } = bundle.manifest;

  const embed = async (images: readonly DisplayImage[]): Promise<Float32Array[]> => {
    const vectors: Float32Array[] = [];
    for (let from = 0; from < images.length; from += MODEL_BATCH) {
      if (from > 0) await setImmediate();
      const features = await network.features(preprocess(images.slice(from, from + MODEL_BATCH), input));
      vectors.push(...normaliseRows(features, dims));
    }
    return vectors;
  };
  return { generation, hash, dims, embed, dispose: () => network.dispose() };
}
