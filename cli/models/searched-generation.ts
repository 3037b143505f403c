import { InterleaveError } from '../../core/errors.ts';
import { IMAGE_ENCODERS, TEXT_ENCODERS } from '../../core/radiology/model-generations.ts';
import { STATUS_ANSWER_MS } from '../limits.ts';

/**
 * The generations of the vectors in the index behind the alias `cases`, by the kind of their models, as its mapping's `_meta`
 * names them; none where there is no such index.
 * @throws InterleaveError ELASTICSEARCH_UNAVAILABLE
 */
export async function searchedGenerations(elasticsearchUrl: string): Promise<ReadonlyMap<string, number>> {
  let body: unknown;
  try {
    const response = await fetch(new URL('/cases/_mapping', elasticsearchUrl), {
      signal: AbortSignal.timeout(STATUS_ANSWER_MS),
    });
    if (response.status === 404) return new Map();
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    body = await response.json();
  } catch (cause) {
    throw new InterleaveError('ELASTICSEARCH_UNAVAILABLE', undefined, { cause });
  }
  const [index] = Object.values(body as Record<string, { mappings?: { _meta?: Record<string, unknown> } }>);
  const meta = index?.mappings?._meta;
  const generations = [
    [IMAGE_ENCODERS, meta?.['image_vector_generation']],
    [TEXT_ENCODERS, meta?.['text_vector_generation']],
  ] as const;
  return new Map(
    generations.flatMap(([kind, generation]) => (typeof generation === 'number' ? [[kind, generation]] : [])),
  );
}
