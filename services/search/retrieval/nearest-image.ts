import type { estypes } from '@elastic/elasticsearch';
import type { CaseDocument } from '../../../schemas/index/case-document.ts';
import { rankedId } from './case-index.ts';
import { cosine } from './leg-entries.ts';

/** For searches by the vectors of images: of each case its nearest image comes along. */
export const WITH_NEAREST_IMAGE = {
  size: 1,
  stored_fields: '_none_',
  docvalue_fields: ['images.id'],
} satisfies estypes.SearchInnerHits;

/** A case, its image that is nearest, and their cosine; null where a hit names none. */
export function nearestImage(
  hit: estypes.SearchHit<CaseDocument>,
): { id: string; image: string; score: number } | null {
  const fields = hit.inner_hits?.['images']?.hits.hits[0]?.fields as Record<string, unknown> | undefined;
  const image = firstString(fields);
  const id = rankedId(hit);
  return id === null || image === null ? null : { id, image, score: cosine(hit._score ?? 0) };
}

/** Fields of a nested hit come as `{ images: [{ id: ['…'] }] }` or as `{ 'images.id': ['…'] }`. */
function firstString(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  for (const inner of Object.values(value)) {
    const found = firstString(inner);
    if (found !== null) return found;
  }
  return null;
}
