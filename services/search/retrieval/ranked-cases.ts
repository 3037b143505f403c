import type { estypes } from '@elastic/elasticsearch';
import { InterleaveError } from '../../../core/errors.ts';
import type { LegName, Tier, Total } from '../../../schemas/api/answers.ts';
import type { CaseDocument } from '../../../schemas/index/case-document.ts';
import { type CasesMeta, generationsOf } from '../../../schemas/index/index-definition.ts';
import type { SearchRequest } from '../http/search-request.ts';
import { RANK_WINDOW } from '../limits.ts';
import type { AskedNumbers } from '../query/asked-numbers.ts';
import type { QueryReading } from '../query/query-reading.ts';
import { type CaseIndex, totalOf } from './case-index.ts';
import { type CaseQuery, caseQuery, matching } from './case-query.ts';
import { facetsOf, facetsWanted } from './facets.ts';
import { type FoundCases, noCases } from './found-cases.ts';
import { entriesOf } from './leg-entries.ts';
import { isByMeaningOnly, matchedCases, type Picture } from './matched-cases.ts';
import { nearestImage } from './nearest-image.ts';
import type { QueryVectors } from './query-vectors.ts';
import { type Fused, fuse, type Leg } from './reciprocal-rank-fusion.ts';
import { legsOfTier, type MeaningOfWords } from './search-legs.ts';
import { bySide } from './side-order.ts';

/**
 * Cases by words: each tier's legs fused, one tier after the other, and of the page what in each case matched. Where the words
 * cannot be embedded they are searched without the legs of vectors, and a note says so.
 */
export async function rankedCases(
  index: CaseIndex,
  vectors: QueryVectors,
  reading: QueryReading,
  request: SearchRequest,
  numbers: AskedNumbers,
): Promise<FoundCases> {
  const query = withNumbers(caseQuery(reading, request.filters), numbers);
  if (query.words === null && query.wordsRequired)
    return noCases(request.facets ? facetsOf(undefined) : null);
  const { meta } = await index.current();
  const { meaning, notes } = await embedded(query, vectors, meta);

  const tiers = query.tiers.map((tier) => legsOfTier(query, tier, meaning));
  const [counted, ...results] = await index.searchAll([
    { query: matching(query), size: 0, track_total_hits: true, aggs: aggregations(query, request.facets) },
    ...tiers.flatMap((legs) => legs.map(({ body }) => body)),
  ]);
  const pictures = new Map<string, Picture>();
  const fused = tiers.map((legs) =>
    fuse(
      legs.map(({ leg }): Leg<LegName> => {
        const result = results.shift();
        if (leg === 'PICTURE') for (const hit of result?.hits.hits ?? []) keepPicture(pictures, hit);
        return { leg, weight: 1, entries: entriesOf(leg, result) };
      }),
    ),
  );
  // What was not read names no side; it stays behind what was.
  const unread = tiers.length > 1 ? fused.splice(-1).flat() : [];
  const read = await bySide(index, fused, reading.concepts);
  const { named, near } = apart(query, [...read, ...unread]);
  const ranked = [...named, ...near];
  const count = counted === undefined ? 0 : totalOf(counted);
  const page = ranked.slice(request.from, request.from + request.size);
  return {
    hits: await matchedCases(index, page, reading, query, pictures),
    total: {
      value: Math.max(count, ranked.length),
      relation: isWhole(query, ranked) ? 'eq' : 'gte',
      tiers: tierCounts(query, counted?.aggregations),
      byMeaningOnly: near.length,
    },
    facets: request.facets ? facetsOf(counted?.aggregations) : null,
    notes,
  };
}

async function embedded(
  { meaning }: CaseQuery,
  vectors: QueryVectors,
  meta: CasesMeta,
): Promise<{ meaning: MeaningOfWords | null; notes: string[] }> {
  if (meaning === '') return { meaning: null, notes: [] };
  const { text, image } = generationsOf(meta);
  try {
    const vector = await vectors.vectorOf(meaning, text);
    const [{ words: floor }, { floor: pictureFloor }] = [
      await vectors.floorsOf(text),
      await vectors.picturesOf({ text, image }),
    ];
    return { meaning: { vector, floor, pictureFloor }, notes: [] };
  } catch (error) {
    if (!(error instanceof InterleaveError)) throw error;
    return { meaning: null, notes: [`${WORDS_ONLY} (${error.code})`] };
  }
}

const WORDS_ONLY =
  'Only the words were searched, not what they mean: the encoder of this index cannot be used at present.';

function withNumbers(query: CaseQuery, { filter, byMeaning }: AskedNumbers): CaseQuery {
  return { ...query, filter: [...query.filter, ...filter], meaning: byMeaning ? query.meaning : '' };
}

function keepPicture(pictures: Map<string, Picture>, hit: estypes.SearchHit<CaseDocument>): void {
  const nearest = nearestImage(hit);
  if (nearest !== null) pictures.set(nearest.id, { image: nearest.image, score: nearest.score });
}

/** Words that name no concept: cases that have them, then those whose text or picture is merely near to them. */
function apart(
  query: CaseQuery,
  ranked: readonly Fused<LegName>[],
): { named: Fused<LegName>[]; near: Fused<LegName>[] } {
  const isNear = ({ legs }: Fused<LegName>) => query.wordsRequired && isByMeaningOnly(legs);
  return { named: ranked.filter((hit) => !isNear(hit)), near: ranked.filter(isNear) };
}

/** Words that name no concept are near to some cases without being in them; beyond the window nobody has counted these. */
function isWhole(query: CaseQuery, ranked: readonly Fused<LegName>[]): boolean {
  return !query.wordsRequired || ranked.length < RANK_WINDOW;
}

function aggregations(
  { tiers }: CaseQuery,
  facets: boolean,
): Record<string, estypes.AggregationsAggregationContainer> {
  const counts = tiers.map((filter, position): [string, estypes.AggregationsAggregationContainer] => [
    `tier ${position}`,
    { filter: { bool: { filter } } },
  ]);
  return { ...facetsWanted(facets).aggs, ...Object.fromEntries(counts) };
}

/** In the order of `conceptTiers`: SOME only where several findings were asked for as present. */
const TIERS: readonly Tier[] = ['AS_ASKED', 'UNCERTAIN', 'SOME', 'UNREAD'];

/** Only where something was asked for as present are there several tiers. */
function tierCounts(
  { tiers }: CaseQuery,
  counted: Record<string, estypes.AggregationsAggregate> | undefined,
): Total['tiers'] {
  if (tiers.length < 2) return [];
  const names = TIERS.filter((tier) => tier !== 'SOME' || tiers.length === TIERS.length);
  const counts = names.map((tier, position) => {
    const filtered = counted?.[`tier ${position}`] as estypes.AggregationsFilterAggregate | undefined;
    return { tier, count: filtered?.doc_count ?? 0 };
  });
  return counts.filter(({ tier, count }) => tier !== 'UNREAD' || count > 0);
}
