import type { IndexGenerations, VectorGeneration } from '../schemas/index/vector-generations.ts';
import { IMAGE_VECTOR } from './image-encoder.ts';
import { SENTENCE_BUNDLE } from './packaged-bundles.ts';
import { SENTENCE_VECTOR } from './sentence-encoder.ts';

/**
 * The generations that a new index is made for: image vectors of this one of those that are live (the bundle that comes with us
 * where nothing was promoted), texts as the labeler embeds them.
 */
export function generationsFor(
  image: Partial<Pick<VectorGeneration, 'generation' | 'dims' | 'bundle' | 'name'>> = {},
): IndexGenerations {
  return {
    text: {
      generation: SENTENCE_VECTOR.generation,
      dims: SENTENCE_VECTOR.dims,
      similarity: 'cosine',
      bundle: SENTENCE_BUNDLE.hash,
      name: SENTENCE_BUNDLE.name,
    },
    image: {
      generation: image.generation ?? IMAGE_VECTOR.generation,
      dims: image.dims ?? IMAGE_VECTOR.dims,
      similarity: 'cosine',
      bundle: image.bundle ?? '',
      name: image.name ?? IMAGE_VECTOR.name,
    },
  };
}
