import { type CasesMeta, generationsOf } from '../../schemas/index/index-definition.ts';
import type { VectorSlots } from './case-document.ts';

/** The vectors that a physical index takes, as its mapping says. */
export function vectorSlots(meta: CasesMeta): VectorSlots {
  const { text, image } = generationsOf(meta);
  return {
    text: { generation: text.generation, dims: text.dims },
    image: { generation: image.generation, dims: image.dims },
  };
}
