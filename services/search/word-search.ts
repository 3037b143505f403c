import type { estypes } from '@elastic/elasticsearch';
import { type Hit, type LegName, NOTICE, type SearchAnswer, type Why } from './answers.ts';
import { type CaseIndex, foundCase, type SearchBody, totalOf, WITHOUT_VECTORS } from './case-index.ts';
import { type CaseQuery, caseQuery, filterClauses, matching, recordNumberClause } from './case-query.ts';
import { conceptEvidence, hitView, named } from './case-view.ts';
import { facetAggregations, facetsOf } from './facets.ts';
import { entriesOf } from './leg-entries.ts';
import {
  FRAGMENT_LENGTH,
  KNN_CANDIDATES,
  MAX_FRAGMENTS,
  MIN_TEXT_SIMILARITY,
  RANK_WINDOW,
} from './limits.ts';
import { type QueryReading, readQuery } from './query-reading.ts';
import type { QueryVectors } from './query-vectors.ts';
import { type Fused, fuse, type Leg } from './reciprocal-rank-fusion.ts';
import { respell } from './respelling.ts';
import type { SearchRequest } from './search-request.ts';
import { HIGHLIGHT_END, HIGHLIGHT_START, highlightedSegments } from './segments.ts';

type Ranked = Fused<LegName>;
type Found = Pick<SearchAnswer, 'total' | 'hits' | 'facets'> & { byNumber: boolean };

const NEWEST_FIRST: estypes.Sort = [{ sorted_at: 'desc' }];
const BEST_FIRST: estypes.Sort = [{ _score: { order: 'desc' } }, { sorted_at: 'desc' }];

/** `POST /api/search`: cases by words and filters. Without words, the newest first. */
export async function searchCases(
  index: CaseIndex,
  vectors: QueryVectors,
  request: SearchRequest,
): Promise<SearchAnswer> {
  const began = performance.now();
  const asTyped = readQuery(request.words);
  const numbered =
    request.words.trim() === '' ? await newest(index, request) : await byNumber(index, asTyped, request);
  const { reading, respelled } =
    numbered === null ? await respell(index, request.words, asTyped) : { reading: asTyped, respelled: [] };
  const found = numbered ?? (await byWords(index, vectors, reading, request));
  return {
    notice: NOTICE,
    query: {
      words: request.words,
      concepts: reading.concepts.map((concept) => ({ ...named(concept.concept), ...concept })),
      phrases: reading.phrases,
      rest: reading.rest.join(' '),
      respelled,
      accession: found.byNumber,
    },
    total: found.total,
    tookMs: Math.round(performance.now() - began),
    from: request.from,
    size: request.size,
    hits: found.hits,
    facets: found.facets,
  };
}

async function newest(index: CaseIndex, request: SearchRequest): Promise<Found> {
  return sorted(index, request, filterClauses(request.filters), 'NEWEST');
}

/** Null where no case has this number: then it is a word like others. */
async function byNumber(
  index: CaseIndex,
  reading: QueryReading,
  request: SearchRequest,
): Promise<Found | null> {
  if (reading.recordNumber === '') return null;
  const clauses = [...filterClauses(request.filters), recordNumberClause(reading.recordNumber)];
  const found = await sorted(index, request, clauses, 'ACCESSION');
  return found.total.value === 0 ? null : { ...found, byNumber: true };
}

/** Cases in the plain order of their time. */
async function sorted(
  index: CaseIndex,
  request: SearchRequest,
  filter: estypes.QueryDslQueryContainer[],
  leg: LegName,
): Promise<Found> {
  const [result] = await index.searchAll([
    {
      query: { bool: { filter } },
      sort: NEWEST_FIRST,
      from: request.from,
      size: request.size,
      track_total_hits: true,
      version: true,
      _source: WITHOUT_VECTORS,
      ...aggregations(request),
    },
  ]);
  const hits = (result?.hits.hits ?? []).flatMap((hit, position) => {
    const found = foundCase(hit);
    const why: Why = {
      legs: [{ leg, rank: request.from + position + 1, score: 0 }],
      concepts: [],
      words: [],
      image: null,
    };
    return found === null ? [] : [hitView(found, why, 0)];
  });
  return {
    hits,
    total: { value: result === undefined ? 0 : totalOf(result), relation: 'eq' },
    facets: request.facets ? facetsOf(result?.aggregations) : null,
    byNumber: false,
  };
}

async function byWords(
  index: CaseIndex,
  vectors: QueryVectors,
  reading: QueryReading,
  request: SearchRequest,
): Promise<Found> {
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
    { query: matching(query), size: 0, track_total_hits: true, ...aggregations(request) },
    ...tiers.flatMap((legs) => legs.map(({ body }) => body)),
  ]);
  const ranked = tiers.flatMap((legs) =>
    fuse(legs.map(({ leg }): Leg<LegName> => ({ leg, weight: 1, entries: entriesOf(leg, results.shift()) }))),
  );
  const count = counted === undefined ? 0 : totalOf(counted);
  const page = ranked.slice(request.from, request.from + request.size);
  return {
    hits: await details(index, page, reading, query),
    total: { value: Math.max(count, ranked.length), relation: isWhole(query, ranked) ? 'eq' : 'gte' },
    facets: request.facets ? facetsOf(counted?.aggregations) : null,
    byNumber: false,
  };
}

/** Words that name no concept are near to some cases without being in them; beyond the window nobody has counted these. */
function isWhole(query: CaseQuery, ranked: readonly Ranked[]): boolean {
  return !query.wordsRequired || ranked.length < RANK_WINDOW;
}

function legsOfTier(
  query: CaseQuery,
  tier: readonly estypes.QueryDslQueryContainer[],
  vector: number[] | null,
): { leg: LegName; body: SearchBody }[] {
  const filter = [...query.filter, ...tier];
  const words: SearchBody = {
    query: { bool: { filter, [query.wordsRequired ? 'must' : 'should']: query.words ?? [] } },
    sort: BEST_FIRST,
    track_scores: true,
    track_total_hits: false,
    size: RANK_WINDOW,
    _source: false,
  };
  if (vector === null) return [{ leg: 'WORDS', body: words }];
  const meaning: SearchBody = {
    knn: {
      field: 'text_vector',
      query_vector: vector,
      k: RANK_WINDOW,
      num_candidates: KNN_CANDIDATES,
      filter,
      ...(query.wordsRequired ? { similarity: MIN_TEXT_SIMILARITY } : {}),
    },
    size: RANK_WINDOW,
    _source: false,
  };
  return [
    { leg: 'WORDS', body: words },
    { leg: 'MEANING', body: meaning },
  ];
}

/** The cases of one page, with what in them matched. */
async function details(
  index: CaseIndex,
  page: readonly Ranked[],
  reading: QueryReading,
  query: CaseQuery,
): Promise<Hit[]> {
  if (page.length === 0) return [];
  const [result] = await index.searchAll([
    {
      query: { ids: { values: page.map(({ id }) => id) } },
      size: page.length,
      version: true,
      _source: WITHOUT_VECTORS,
      highlight: {
        ...(query.words === null ? {} : { highlight_query: query.words }),
        pre_tags: [HIGHLIGHT_START],
        post_tags: [HIGHLIGHT_END],
        number_of_fragments: MAX_FRAGMENTS,
        fragment_size: FRAGMENT_LENGTH,
        order: 'score',
        require_field_match: true,
        fields: { 'text.asserted': {}, 'text.indication': {}, 'text.report': {} },
      },
    },
  ]);
  const hits = new Map((result?.hits.hits ?? []).map((hit) => [hit._id, hit]));
  const asked = reading.concepts.map(({ concept }) => concept);
  return page.flatMap(({ id, legs, score }) => {
    const hit = hits.get(id);
    const found = hit === undefined ? null : foundCase(hit);
    // Written anew or gone between the two requests.
    if (hit === undefined || found === null) return [];
    const why: Why = {
      legs,
      concepts: conceptEvidence(found.document, asked),
      words: fragments(hit.highlight),
      image: null,
    };
    return [hitView(found, why, score)];
  });
}

/** From the first field that has any: an indication only asks ("exclude pneumothorax"). */
function fragments(highlight: Record<string, string[]> | undefined): Why['words'] {
  const field = ['text.report', 'text.asserted', 'text.indication'].find((name) => highlight?.[name]?.length);
  return (field === undefined ? [] : (highlight?.[field] ?? []))
    .slice(0, MAX_FRAGMENTS)
    .map(highlightedSegments);
}

function aggregations(request: SearchRequest): Pick<SearchBody, 'aggs'> {
  return request.facets ? { aggs: facetAggregations() } : {};
}
