import type { estypes } from '@elastic/elasticsearch';
import { type LegName, NOTICE, type SimilarAnswer, type Why } from './answers.ts';
import {
  type CaseIndex,
  foundCase,
  type SearchBody,
  type SearchResult,
  WITHOUT_VECTORS,
} from './case-index.ts';
import { filterClauses } from './case-query.ts';
import { hitView } from './case-view.ts';
import { KNN_CANDIDATES, MAX_SIMILAR_IMAGES, RANK_WINDOW } from './limits.ts';
import { fuse, type Leg } from './reciprocal-rank-fusion.ts';
import { NO_FILTERS, type SimilarRequest } from './search-request.ts';
import { cosine } from './word-search.ts';

/** Two images that are alike: one of the case that was given, one of a hit. */
interface AlikeImages {
  id: string;
  score: number;
  own: string;
  other: string;
}

/**
 * "More like this": cases whose asserted text or whose images are near to those of a case, fused by rank. A case counts
 * by its image that comes nearest to any of the given one's (the first `MAX_SIMILAR_IMAGES`, marked and cited ones
 * first). The vectors are the index's own, so that they cannot be of another generation.
 */
export async function similarCases(
  index: CaseIndex,
  id: string,
  request: SimilarRequest,
): Promise<SimilarAnswer> {
  const began = performance.now();
  const { document } = await index.get(id, { vectors: true });
  const filter = [...filterClauses(NO_FILTERS), { bool: { must_not: [{ ids: { values: [id] } }] } }];
  const textVector = request.by === 'image' ? undefined : document.text_vector;
  const images = (request.by === 'text' ? [] : document.images)
    .flatMap(({ id: own, vector, marked, cited }) =>
      vector === undefined ? [] : [{ own, vector, worth: (marked ? 2 : 0) + (cited ? 1 : 0) }],
    )
    .sort((a, b) => b.worth - a.worth)
    .slice(0, MAX_SIMILAR_IMAGES);

  const results = await index.searchAll([
    ...(textVector === undefined ? [] : [nearText(textVector, filter)]),
    ...images.map(({ vector }) => nearImages(vector, filter)),
  ]);
  const textResult = textVector === undefined ? undefined : results.shift();
  const alike = nearestImages(images.flatMap(({ own }, position) => alikeImages(own, results[position])));
  const ranked = fuse<LegName>([
    {
      leg: 'MEANING',
      weight: images.length === 0 ? 1 : 1 - request.weight,
      entries: textEntries(textResult),
    },
    { leg: 'IMAGE', weight: textVector === undefined ? 1 : request.weight, entries: alike },
  ] satisfies Leg<LegName>[]).slice(0, request.size);
  const [found] = await index.searchAll(ranked.length === 0 ? [] : [whole(ranked.map((hit) => hit.id))]);
  const cases = new Map((found?.hits.hits ?? []).map((hit) => [hit._id, foundCase(hit)]));
  return {
    notice: NOTICE,
    by: comparedBy(textVector !== undefined, images.length > 0),
    hits: ranked.flatMap((hit) => {
      const other = cases.get(hit.id);
      if (other == null) return [];
      const pair = alike.find((candidate) => candidate.id === hit.id);
      const image = pair === undefined ? null : { own: pair.own, other: pair.other, score: pair.score };
      const why: Why = { legs: hit.legs, concepts: [], words: [], image };
      return [hitView(other, why, hit.score)];
    }),
    tookMs: Math.round(performance.now() - began),
  };
}

function nearText(vector: number[], filter: estypes.QueryDslQueryContainer[]): SearchBody {
  return {
    knn: {
      field: 'text_vector',
      query_vector: vector,
      k: RANK_WINDOW,
      num_candidates: KNN_CANDIDATES,
      filter,
    },
    size: RANK_WINDOW,
    _source: false,
  };
}

/** Nested: each case is found once, by its nearest image, which comes as its inner hit. */
function nearImages(vector: number[], filter: estypes.QueryDslQueryContainer[]): SearchBody {
  return {
    knn: {
      field: 'images.vector',
      query_vector: vector,
      k: RANK_WINDOW,
      num_candidates: KNN_CANDIDATES,
      filter,
      inner_hits: { size: 1, _source: false, docvalue_fields: ['images.id'] },
    },
    size: RANK_WINDOW,
    _source: false,
  };
}

function whole(ids: string[]): SearchBody {
  return { query: { ids: { values: ids } }, size: ids.length, version: true, _source: WITHOUT_VECTORS };
}

function textEntries(result: SearchResult | undefined): { id: string; score: number }[] {
  return (result?.hits.hits ?? []).flatMap(({ _id, _score }) =>
    _id === undefined ? [] : [{ id: _id, score: cosine(_score ?? 0) }],
  );
}

function alikeImages(own: string, result: SearchResult | undefined): AlikeImages[] {
  return (result?.hits.hits ?? []).flatMap((hit) => {
    const fields = hit.inner_hits?.['images']?.hits.hits[0]?.fields as Record<string, unknown> | undefined;
    const other = firstString(fields);
    return hit._id === undefined || other === null
      ? []
      : [{ id: hit._id, score: cosine(hit._score ?? 0), own, other }];
  });
}

/** One pair for each case: the nearest. The best first. */
function nearestImages(pairs: readonly AlikeImages[]): AlikeImages[] {
  const nearest = new Map<string, AlikeImages>();
  for (const pair of pairs) {
    const known = nearest.get(pair.id);
    if (known === undefined || pair.score > known.score) nearest.set(pair.id, pair);
  }
  return [...nearest.values()].sort((a, b) => b.score - a.score);
}

/** Fields of a nested hit come as `{ images: [{ id: ['…'] }] }` or as `{ 'images.id': ['…'] }`. */
function firstString(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  for (const inner of Object.values(value)) {
    const found = firstString(inner);
    if (found !== null) return found;
  }
  return null;
}

function comparedBy(text: boolean, image: boolean): SimilarAnswer['by'] {
  if (text && image) return 'both';
  if (text) return 'text';
  return image ? 'image' : 'none';
}
