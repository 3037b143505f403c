import type { IndexGenerations } from '../schemas/index/vector-generations.ts';
import { IMAGE_VECTOR } from './image-encoder.ts';
import { SENTENCE_VECTOR } from './sentence-encoder.ts';

/** The generations that a new index is made for: those of this version's encoders, unless others are asked for. */
export function generationsFor({ image, text }: { image?: number; text?: number } = {}): IndexGenerations {
  const common = { similarity: 'cosine', bundle: '' } as const;
  return {
    text: {
      ...common,
      ...SENTENCE_VECTOR,
      name: 'universal-sentence-encoder-lite',
      ...(text === undefined ? {} : { generation: text }),
    },
    image: {
      ...common,
      ...IMAGE_VECTOR,
      name: 'efficientnet-lite0',
      ...(image === undefined ? {} : { generation: image }),
    },
  };
}
