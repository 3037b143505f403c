import { InterleaveError } from '../../core/errors.ts';
import { STATUS_ANSWER_MS } from '../limits.ts';

/**
 * The generation of the image vectors in the index behind the alias `cases`, as its mapping's `_meta` names it; null where
 * there is no such index.
 * @throws InterleaveError ELASTICSEARCH_UNAVAILABLE
 */
export async function searchedGeneration(elasticsearchUrl: string): Promise<number | null> {
  let body: unknown;
  try {
    const response = await fetch(new URL('/cases/_mapping', elasticsearchUrl), {
      signal: AbortSignal.timeout(STATUS_ANSWER_MS),
    });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    body = await response.json();
  } catch (cause) {
    throw new InterleaveError('ELASTICSEARCH_UNAVAILABLE', undefined, { cause });
  }
  const [index] = Object.values(body as Record<string, { mappings?: { _meta?: Record<string, unknown> } }>);
  const generation = index?.mappings?._meta?.['image_vector_generation'];
  return typeof generation === 'number' ? generation : null;
}
