import type { IndexGenerations, VectorGeneration } from '../schemas/index/vector-generations.ts';
import { IMAGE_VECTOR } from './image-encoder.ts';
import { SENTENCE_BUNDLE } from './packaged-bundles.ts';
import { SENTENCE_VECTOR } from './sentence-encoder.ts';

type Chosen = Partial<Pick<VectorGeneration, 'generation' | 'dims' | 'bundle' | 'name'>> | undefined;

/**
 * The generations that a new index is made for: image and text vectors of these of those that are live, of the bundles that come
 * with us where nothing was promoted.
 */
export function generationsFor({
  image = {},
  text = {},
}: {
  image?: Chosen;
  text?: Chosen;
} = {}): IndexGenerations {
  return {
    text: {
      generation: text.generation ?? SENTENCE_VECTOR.generation,
      dims: text.dims ?? SENTENCE_VECTOR.dims,
      similarity: 'cosine',
      bundle: text.bundle ?? SENTENCE_BUNDLE.hash,
      name: text.name ?? SENTENCE_BUNDLE.name,
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
