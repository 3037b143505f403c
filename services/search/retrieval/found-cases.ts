import type { SearchAnswer } from '../../../schemas/api/answers.ts';

/** One page of cases, however they were found. */
export type FoundCases = Pick<SearchAnswer, 'total' | 'hits' | 'facets'>;

/** Nothing was found, nor searched. */
export function noCases(facets: FoundCases['facets']): FoundCases {
  return { hits: [], total: { value: 0, relation: 'eq', tiers: [], byMeaningOnly: 0 }, facets };
}
