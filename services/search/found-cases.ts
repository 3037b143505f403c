import type { SearchAnswer } from './answers.ts';

/** One page of cases, however they were found. */
export type FoundCases = Pick<SearchAnswer, 'total' | 'hits' | 'facets'> & {
  /** the words were the number of a record */
  byNumber: boolean;
};
