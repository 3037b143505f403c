import type { estypes } from '@elastic/elasticsearch';
import { NOTICE } from '../../../core/notice.ts';
import type { Lexicon } from '../../../core/text/lexicon.ts';
import type { Hit, LegName, SimilarAnswer, Why } from '../../../schemas/api/answers.ts';
import type { CaseDocument } from '../../../schemas/index/case-document.ts';
import { generationsOf } from '../../../schemas/index/index-definition.ts';
import { NO_FILTERS, type SimilarRequest } from '../http/search-request.ts';
import { KNN_CANDIDATES, MAX_SIMILAR_IMAGES, RANK_WINDOW } from '../limits.ts';
import { conceptEvidence, hitView } from '../view/case-view.ts';
import {
  type CaseIndex,
  foundCase,
  RANKED_CASES,
  type SearchBody,
  type SearchResult,
  WHOLE_CASES,
} from './case-index.ts';
import { filterClauses } from './case-query.ts';
import { entriesOf } from './leg-entries.ts';
import { nearestImage, WITH_NEAREST_IMAGE } from './nearest-image.ts';
import type { QueryVectors } from './query-vectors.ts';
import { type Fused, fuse, isOnlyOf, type Leg } from './reciprocal-rank-fusion.ts';

type Query = estypes.QueryDslQueryContainer;

/** Two images that are alike: one of the case that was given, one of a hit. */
interface AlikeImages {
  id: string;
  score: number;
  own: string;
  other: string;
}

/**
 * "More like this": cases that are near to a case by text (the findings they share, and their asserted text) or by image,
 * fused by rank. A case counts by its image that comes nearest to any of the given one's (the first
 * `MAX_SIMILAR_IMAGES`, marked and cited ones first). The vectors are the index's own, and compared in that index: they
 * cannot be of another generation.
 */
export function similarCases(
  index: CaseIndex,
  vectors: Pick<QueryVectors, 'floorsOf'>,
  lexicon: Lexicon,
  id: string,
  request: SimilarRequest,
): Promise<SimilarAnswer> {
  return index.pinned((pinned) => similarIn(pinned, vectors, lexicon, id, request));
}

async function similarIn(
  index: CaseIndex,
  vectors: Pick<QueryVectors, 'floorsOf'>,
  lexicon: Lexicon,
  id: string,
  request: SimilarRequest,
): Promise<SimilarAnswer> {
  const began = performance.now();
  const { document } = await index.get(id, { vectors: true });
  const findings = abnormal(document, lexicon);
  const legs = [
    ...(request.by === 'image' ? [] : textLegs(document, findings)),
    ...(request.by === 'text' ? [] : imageLegs(document)),
  ];
  const others = [...filterClauses(NO_FILTERS), { bool: { must_not: [{ ids: { values: [id] } }] } }];
  const results = await index.searchAll(
    legs.map(({ body }) => ({ ...body(others), size: RANK_WINDOW, ...RANKED_CASES })),
  );
  const alike = nearestImages(
    legs.flatMap(({ own }, position) => (own === null ? [] : alikeImages(own, results[position]))),
  );
  const hasText = legs.some(({ own }) => own === null);
  const hasImages = legs.some(({ own }) => own !== null);
  const ofText = hasImages ? 1 - request.weight : 1;
  const byText = legs.flatMap(({ leg, own }, position) =>
    own === null ? [{ leg, weight: ofText, entries: entriesOf(leg, results[position]) }] : [],
  );
  const floor = (await vectors.floorsOf(generationsOf((await index.current()).meta).text)).reports;
  const fused = fuse<LegName>([
    ...aboveFloor(byText, floor),
    { leg: 'IMAGE', weight: hasText ? request.weight : 1, entries: alike },
  ]);
  const near = fused.filter(({ legs }) => isOnlyOf('MEANING', legs));
  const ranked = [...fused.filter((hit) => !near.includes(hit)), ...near].slice(0, request.size);
  return {
    notice: NOTICE,
    by: comparedBy(hasText, hasImages),
    hits: await details(index, ranked, findings, alike),
    tookMs: Math.round(performance.now() - began),
  };
}

/** A case that shares no finding must be rather near by its text. */
function aboveFloor(legs: readonly Leg<LegName>[], floor: number): Leg<LegName>[] {
  const sharing = new Set(
    legs.filter(({ leg }) => leg === 'FINDINGS').flatMap(({ entries }) => entries.map(({ id }) => id)),
  );
  return legs.map(({ leg, weight, entries }) => ({
    leg,
    weight,
    entries:
      leg === 'MEANING' ? entries.filter(({ id, score }) => score >= floor || sharing.has(id)) : entries,
  }));
}

/** A search; `own` is the image of the given case that is compared, null for its text. */
interface SimilarLeg {
  leg: LegName;
  own: string | null;
  body(filter: Query[]): SearchBody;
}

function textLegs(document: CaseDocument, findings: readonly string[]): SimilarLeg[] {
  const legs: SimilarLeg[] = [];
  if (findings.length > 0)
    legs.push({ leg: 'FINDINGS', own: null, body: (filter) => sharedFindings(document, findings, filter) });
  const vector = document.text_vector;
  if (vector !== undefined)
    legs.push({
      leg: 'MEANING',
      own: null,
      body: (filter) => ({ knn: near('text_vector', vector, filter) }),
    });
  return legs;
}

/** Nested vectors: each case is found once, by its nearest image, which comes as its inner hit. */
function imageLegs(document: CaseDocument): SimilarLeg[] {
  return document.images
    .flatMap(({ id, vector, marked, cited }) =>
      vector === undefined ? [] : [{ id, vector, worth: (marked ? 2 : 0) + (cited ? 1 : 0) }],
    )
    .sort((a, b) => b.worth - a.worth)
    .slice(0, MAX_SIMILAR_IMAGES)
    .map(({ id, vector }) => ({
      leg: 'IMAGE',
      own: id,
      body: (filter) => ({
        knn: { ...near('images.vector', vector, filter), inner_hits: WITH_NEAREST_IMAGE },
      }),
    }));
}

function near(field: string, query_vector: number[], filter: Query[]): estypes.KnnSearch {
  return { field, query_vector, k: RANK_WINDOW, num_candidates: KNN_CANDIDATES, filter };
}

/** The rarer a finding, the more it counts (BM25's inverse document frequency); what is uncertain in either case counts half. */
function sharedFindings(document: CaseDocument, findings: readonly string[], filter: Query[]): SearchBody {
  const should = findings.flatMap((value): Query[] => {
    const [present, uncertain] = document.findings.present.includes(value) ? [1, 0.5] : [0.5, 0.5];
    return [
      { term: { 'findings.present': { value, boost: present } } },
      { term: { 'findings.uncertain': { value, boost: uncertain } } },
    ];
  });
  return { query: { bool: { filter, should, minimum_should_match: 1 } } };
}

/** What is found or suspected; that the heart is of normal size makes no case like another. */
function abnormal({ findings }: CaseDocument, { data }: Lexicon): string[] {
  const normal = new Set(
    data.findings.findings.filter(({ group }) => group === 'normal').map(({ id }) => id),
  );
  return [...findings.present, ...findings.uncertain].filter((concept) => !normal.has(concept));
}

async function details(
  index: CaseIndex,
  ranked: readonly Fused<LegName>[],
  concepts: readonly string[],
  alike: readonly AlikeImages[],
): Promise<Hit[]> {
  if (ranked.length === 0) return [];
  const [result] = await index.searchAll([
    {
      query: { ids: { values: ranked.map(({ id }) => id) } },
      size: ranked.length,
      ...WHOLE_CASES,
    },
  ]);
  const cases = new Map((result?.hits.hits ?? []).map((hit) => [hit._id, foundCase(hit)]));
  return ranked.flatMap(({ id, legs, score }) => {
    const found = cases.get(id);
    if (found == null) return [];
    const nearest = alike.find((candidate) => candidate.id === id);
    // Of an image that was rejected meanwhile, or may not be shown yet, nothing is said: nor does it make a case alike.
    const pair = found.document.images.some((image) => image.id === nearest?.other) ? nearest : undefined;
    if (pair === undefined && legs.every(({ leg }) => leg === 'IMAGE')) return [];
    const why: Why = {
      legs,
      concepts: conceptEvidence(found.document, concepts).filter(({ assertion }) => assertion !== 'ABSENT'),
      words: [],
      wordsUnread: false,
      byMeaningOnly: isOnlyOf('MEANING', legs),
      image: pair === undefined ? null : { own: pair.own, other: pair.other, score: pair.score },
      picture: null,
    };
    return [hitView(found, why, score)];
  });
}

function alikeImages(own: string, result: SearchResult | undefined): AlikeImages[] {
  return (result?.hits.hits ?? []).flatMap((hit) => {
    const nearest = nearestImage(hit);
    return nearest === null ? [] : [{ id: nearest.id, score: nearest.score, own, other: nearest.image }];
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

function comparedBy(text: boolean, image: boolean): SimilarAnswer['by'] {
  if (text && image) return 'both';
  if (text) return 'text';
  return image ? 'image' : 'none';
}
