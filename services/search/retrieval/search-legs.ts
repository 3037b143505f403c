import type { estypes } from '@elastic/elasticsearch';
import type { LegName } from '../../../schemas/api/answers.ts';
import { KNN_CANDIDATES, RANK_WINDOW } from '../limits.ts';
import { RANKED_CASES, type SearchBody } from './case-index.ts';
import type { CaseQuery } from './case-query.ts';

/**
 * The searches of one tier whose ranks are fused: by words (BM25), and by meaning where the words have a vector. Where the words
 * name no concept, nothing is found by meaning below the cosine `floor`.
 */
export function legsOfTier(
  query: CaseQuery,
  tier: readonly estypes.QueryDslQueryContainer[],
  vector: number[] | null,
  floor: number,
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
  if (vector === null) return [{ leg: 'WORDS', body: words }];
  const meaning: SearchBody = {
    knn: {
      field: 'text_vector',
      query_vector: vector,
      k: RANK_WINDOW,
      num_candidates: KNN_CANDIDATES,
      filter,
      ...(query.wordsRequired ? { similarity: floor } : {}),
    },
    size: RANK_WINDOW,
    ...RANKED_CASES,
  };
  return [
    { leg: 'WORDS', body: words },
    { leg: 'MEANING', body: meaning },
  ];
}

const BEST_FIRST: estypes.Sort = [{ _score: { order: 'desc' } }, { sorted_at: 'desc' }];
