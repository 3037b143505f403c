import type { LegName } from './answers.ts';
import { type CaseIndex, totalOf } from './case-index.ts';
import { type CaseQuery, caseQuery, matching } from './case-query.ts';
import { facetsOf, facetsWanted } from './facets.ts';
import type { FoundCases } from './found-cases.ts';
import { entriesOf } from './leg-entries.ts';
import { RANK_WINDOW } from './limits.ts';
import { matchedCases } from './matched-cases.ts';
import type { QueryReading } from './query-reading.ts';
import type { QueryVectors } from './query-vectors.ts';
import { type Fused, fuse, type Leg } from './reciprocal-rank-fusion.ts';
import { legsOfTier } from './search-legs.ts';
import type { SearchRequest } from './search-request.ts';

/** Cases by words: each tier's legs fused, one tier after the other, and of the page what in each case matched. */
export async function rankedCases(
  index: CaseIndex,
  vectors: QueryVectors,
  reading: QueryReading,
  request: SearchRequest,
): Promise<FoundCases> {
  const query = caseQuery(reading, request.filters);
  if (query.words === null)
    return {
      hits: [],
      total: { value: 0, relation: 'eq' },
      facets: request.facets ? facetsOf(undefined) : null,
      byNumber: false,
    };
  const { meta } = await index.current();
  const vector =
    query.meaning === '' ? null : await vectors.vectorOf(query.meaning, meta.text_vector_generation);

  const tiers = query.tiers.map((tier) => legsOfTier(query, tier, vector));
  const [counted, ...results] = await index.searchAll([
    { query: matching(query), size: 0, track_total_hits: true, ...facetsWanted(request.facets) },
    ...tiers.flatMap((legs) => legs.map(({ body }) => body)),
  ]);
  const ranked = tiers.flatMap((legs) =>
    fuse(legs.map(({ leg }): Leg<LegName> => ({ leg, weight: 1, entries: entriesOf(leg, results.shift()) }))),
  );
  const count = counted === undefined ? 0 : totalOf(counted);
  const page = ranked.slice(request.from, request.from + request.size);
  return {
    hits: await matchedCases(index, page, reading, query),
    total: { value: Math.max(count, ranked.length), relation: isWhole(query, ranked) ? 'eq' : 'gte' },
    facets: request.facets ? facetsOf(counted?.aggregations) : null,
    byNumber: false,
  };
}

/** Words that name no concept are near to some cases without being in them; beyond the window nobody has counted these. */
function isWhole(query: CaseQuery, ranked: readonly Fused<LegName>[]): boolean {
  return !query.wordsRequired || ranked.length < RANK_WINDOW;
}
