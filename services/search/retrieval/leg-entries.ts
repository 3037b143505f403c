import type { LegName } from '../../../schemas/api/answers.ts';
import { rankedId, type SearchResult } from './case-index.ts';

/** A leg's ranking out of an answer, the best first; vectors are scored by their cosine. */
export function entriesOf(leg: LegName, result: SearchResult | undefined): { id: string; score: number }[] {
  return (result?.hits.hits ?? []).flatMap((hit) => {
    const id = rankedId(hit);
    const score = hit._score ?? 0;
    return id === null ? [] : [{ id, score: BY_VECTOR.includes(leg) ? cosine(score) : score }];
  });
}

const BY_VECTOR: readonly LegName[] = ['MEANING', 'PICTURE'];

/** Elasticsearch's score of the cosine c is (1 + c) / 2. */
export function cosine(score: number): number {
  return Math.round((2 * score - 1) * 1e6) / 1e6;
}
