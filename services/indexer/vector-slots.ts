import type { CasesMeta } from '../../schemas/index/index-definition.ts';
import type { VectorSlots } from './case-document.ts';

/** Components of each generation's vectors; a generation never changes its model. */
const TEXT_DIMS = 512;
const IMAGE_DIMS = 1280;

export function vectorSlots(meta: CasesMeta): VectorSlots {
  return {
    text: { generation: meta.text_vector_generation, dims: TEXT_DIMS },
    image: { generation: meta.image_vector_generation, dims: IMAGE_DIMS },
  };
}
