import type { estypes } from '@elastic/elasticsearch';
import type { LegName } from '../../../schemas/api/answers.ts';
import { KNN_CANDIDATES, RANK_WINDOW } from '../limits.ts';
import { RANKED_CASES, type SearchBody } from './case-index.ts';
import type { CaseQuery } from './case-query.ts';
import { WITH_NEAREST_IMAGE } from './nearest-image.ts';

/** What words are compared with vectors by. */
export interface MeaningOfWords {
  vector: number[];
  /** cosine below which a text is not near, where the words name no concept */
  floor: number;
  /** the same of an image, always; null where the index holds no images that can be compared with words */
  pictureFloor: number | null;
}

/**
 * The searches of one tier whose ranks are fused: by words (BM25), and where the words have a vector by meaning, and by picture where
 * words and images share a space. Each has the filters of the tier.
 */
export function legsOfTier(
  query: CaseQuery,
  tier: readonly estypes.QueryDslQueryContainer[],
  meaning: MeaningOfWords | null,
): { leg: LegName; body: SearchBody }[] {
  const filter = [...query.filter, ...tier];
  const words: SearchBody = {
    query: { bool: { filter, [query.wordsRequired ? 'must' : 'should']: query.words ?? [] } },
    sort: BEST_FIRST,
    track_scores: true,
    track_total_hits: false,
    size: RANK_WINDOW,
    ...RANKED_CASES,
  };
  if (meaning === null) return [{ leg: 'WORDS', body: words }];
  const { vector, floor, pictureFloor } = meaning;
  const near = (field: string, more: Partial<estypes.KnnSearch>): SearchBody => ({
    knn: {
      field,
      query_vector: vector,
      k: RANK_WINDOW,
      num_candidates: KNN_CANDIDATES,
      filter,
      ...more,
    },
    size: RANK_WINDOW,
    ...RANKED_CASES,
  });
  return [
    { leg: 'WORDS', body: words },
    { leg: 'MEANING', body: near('text_vector', query.wordsRequired ? { similarity: floor } : {}) },
    ...(pictureFloor === null
      ? []
      : [
          {
            leg: 'PICTURE' as const,
            body: near('images.vector', {
              similarity: pictureFloor,
              inner_hits: WITH_NEAREST_IMAGE,
            }),
          },
        ]),
  ];
}

const BEST_FIRST: estypes.Sort = [{ _score: { order: 'desc' } }, { sorted_at: 'desc' }];
