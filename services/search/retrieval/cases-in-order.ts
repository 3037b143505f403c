import type { estypes } from '@elastic/elasticsearch';
import type { LegName, Why } from '../../../schemas/api/answers.ts';
import type { SearchRequest } from '../http/search-request.ts';
import type { AskedNumbers } from '../query/asked-numbers.ts';
import { hitView } from '../view/case-view.ts';
import { type CaseIndex, foundCase, totalOf, WHOLE_CASES } from './case-index.ts';
import { filterClauses } from './case-query.ts';
import { facetsOf, facetsWanted } from './facets.ts';
import type { FoundCases } from './found-cases.ts';

/** Without words: the newest cases first. */
export function newestCases(index: CaseIndex, request: SearchRequest): Promise<FoundCases> {
  return inOrder(index, request, filterClauses(request.filters), 'NEWEST');
}

/** The cases of numbers that cases have, the newest first. */
export function numberedCases(
  index: CaseIndex,
  { filter }: AskedNumbers,
  request: SearchRequest,
): Promise<FoundCases> {
  return inOrder(index, request, [...filterClauses(request.filters), ...filter], 'ACCESSION');
}

/** Cases in the plain order of their time. */
async function inOrder(
  index: CaseIndex,
  request: SearchRequest,
  filter: estypes.QueryDslQueryContainer[],
  leg: LegName,
): Promise<FoundCases> {
  const [result] = await index.searchAll([
    {
      query: { bool: { filter } },
      sort: NEWEST_FIRST,
      from: request.from,
      size: request.size,
      track_total_hits: true,
      ...WHOLE_CASES,
      ...facetsWanted(request.facets),
    },
  ]);
  const hits = (result?.hits.hits ?? []).flatMap((hit, position) => {
    const found = foundCase(hit);
    const why: Why = {
      legs: [{ leg, rank: request.from + position + 1, score: 0 }],
      concepts: [],
      words: [],
      wordsUnread: false,
      byMeaningOnly: false,
      image: null,
      picture: null,
    };
    return found === null ? [] : [hitView(found, why, 0)];
  });
  return {
    hits,
    total: { value: result === undefined ? 0 : totalOf(result), relation: 'eq', tiers: [], byMeaningOnly: 0 },
    facets: request.facets ? facetsOf(result?.aggregations) : null,
  };
}

const NEWEST_FIRST: estypes.Sort = [{ sorted_at: 'desc' }];
