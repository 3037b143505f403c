import { fromFloat16 } from '../../../core/vector/float16.ts';
import type { CaseDocument } from '../../../schemas/index/case-document.ts';
import type { CasesMeta } from '../../../schemas/index/index-definition.ts';

/** Fields that hold the vectors of a document, whose `_source` is stored without them. */
export const STORED_VECTORS: (keyof CaseDocument)[] = ['text_vector_bytes', 'image_vector_bytes'];

/** Puts the vectors that were stored beside a document back into it; `images` must be all that the index holds of it. */
export function restoreVectors(
  document: CaseDocument,
  fields: Record<string, unknown> | undefined,
  { text_dims, image_dims }: Pick<CasesMeta, 'text_dims' | 'image_dims'>,
): void {
  const [ofText] = vectorsIn(fields?.['text_vector_bytes'], text_dims);
  if (ofText !== undefined) document.text_vector = ofText;
  const ofImages = vectorsIn(fields?.['image_vector_bytes'], image_dims);
  for (const image of document.images) {
    if (!image.embedded) continue;
    const vector = ofImages.shift();
    if (vector !== undefined) image.vector = vector;
  }
}

function vectorsIn(field: unknown, dims: number): number[][] {
  const encoded: unknown = Array.isArray(field) ? field[0] : field;
  if (typeof encoded !== 'string') return [];
  const values = fromFloat16(Buffer.from(encoded, 'base64'));
  return Array.from({ length: values.length / dims }, (_, i) =>
    Array.from(values.subarray(i * dims, (i + 1) * dims)),
  );
}
