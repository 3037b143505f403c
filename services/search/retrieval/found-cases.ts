import type { SearchAnswer } from '../../../schemas/api/answers.ts';

/** One page of cases, however they were found. */
export interface FoundCases extends Pick<SearchAnswer, 'total' | 'hits' | 'facets'> {
  /** what of the search was left out, in plain English */
  notes?: string[];
}

/** Nothing was found, nor searched. */
export function noCases(facets: FoundCases['facets']): FoundCases {
  return { hits: [], total: { value: 0, relation: 'eq', tiers: [], byMeaningOnly: 0 }, facets };
}
