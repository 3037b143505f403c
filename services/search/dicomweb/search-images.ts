import type { estypes } from '@elastic/elasticsearch';
import type { SearchKeys, SearchLevel, SearchQuery } from '../../../core/dicomweb/search-query.ts';
import { normaliseName } from '../../../core/radiology/case-key.ts';
import type { CaseDocumentImage } from '../../../schemas/index/case-document.ts';
import type { CaseIndex, SearchBody } from '../retrieval/case-index.ts';
import { gatherFrames, IMAGE_FIELDS, type IndexedImage } from './find-images.ts';

type Query = estypes.QueryDslQueryContainer;

/** A study, series or instance that matches: one of its objects, and what the index counts of it. */
export interface SearchMatch {
  image: IndexedImage;
  modalities: string[];
  series: number;
  instances: number;
}

export interface SearchMatches {
  matches: SearchMatch[];
  /** there are further ones behind these */
  more: boolean;
}

/**
 * QIDO-RS over what is indexed (PS3.18 10.6). Studies stand in the order of their cases, the newest first, series and
 * instances by their numbers. A study matches when one of its series does, and is counted whole.
 */
export async function searchImages(
  index: CaseIndex,
  level: SearchLevel,
  { keys, limit, offset }: SearchQuery,
): Promise<SearchMatches> {
  index.shown.require();
  const field = FIELD[level];
  const cases: Query[] = keys.accession === null ? [] : [pattern('accession', normaliseName(keys.accession))];
  const filter = [
    ...imageClauses(keys),
    ...notRejected(index),
    { bool: { must_not: [{ term: { [field]: '' } }] } },
  ];
  const found = await buckets(index, {
    query: { bool: { filter: [...cases, { nested: { path: 'images', query: { bool: { filter } } } }] } },
    size: 0,
    aggs: within(filter, {
      found: { terms: { field, size: offset + limit + 1, order: ORDER[level] }, aggs: RANKING[level] },
    }),
  });
  const uids = found.map(({ key }) => String(key)).slice(offset, offset + limit);
  const described = uids.length === 0 ? [] : await describe(index, level, uids);
  const byUid = new Map(described.map((match) => [uidOf(match.image, level), match]));
  return {
    matches: uids.flatMap((uid) => byUid.get(uid) ?? []),
    more: found.length > offset + limit,
  };
}

const FIELD: Readonly<Record<SearchLevel, string>> = {
  STUDY: 'images.study_instance_uid',
  SERIES: 'images.series_instance_uid',
  INSTANCE: 'images.sop_instance_uid',
};

const ORDER: Readonly<Record<SearchLevel, estypes.AggregationsAggregateOrder>> = {
  STUDY: [{ 'case>newest': 'desc' }, { _key: 'asc' }],
  SERIES: [{ series: 'asc' }, { _key: 'asc' }],
  INSTANCE: [{ series: 'asc' }, { instance: 'asc' }, { _key: 'asc' }],
};

const SERIES_NUMBER = { min: { field: 'images.series_number' } };
const RANKING: Readonly<Record<SearchLevel, Record<string, estypes.AggregationsAggregationContainer>>> = {
  STUDY: { case: { reverse_nested: {}, aggs: { newest: { max: { field: 'sorted_at' } } } } },
  SERIES: { series: SERIES_NUMBER },
  INSTANCE: { series: SERIES_NUMBER, instance: { min: { field: 'images.instance_number' } } },
};

/** Modalities of one study that are listed. */
const MAX_MODALITIES = 32;

interface Bucket {
  key: string | number;
  series?: { value: number };
  instances?: { value: number };
  modalities?: { buckets: { key: string }[] };
  one?: { hits: { hits: estypes.SearchHit<CaseDocumentImage>[] } };
}

/** Each of them whole, whatever of it was asked for. */
async function describe(
  index: CaseIndex,
  level: SearchLevel,
  uids: readonly string[],
): Promise<SearchMatch[]> {
  const field = FIELD[level];
  const filter: Query[] = [{ terms: { [field]: [...uids] } }, ...notRejected(index)];
  const found = await buckets(index, {
    query: { nested: { path: 'images', query: { bool: { filter } } } },
    size: 0,
    aggs: within(filter, {
      found: {
        terms: { field, size: uids.length },
        aggs: {
          series: { cardinality: { field: 'images.series_instance_uid' } },
          instances: { cardinality: { field: 'images.sop_instance_uid' } },
          modalities: { terms: { field: 'images.modality', size: MAX_MODALITIES, order: { _key: 'asc' } } },
          one: { top_hits: { size: 1, _source: IMAGE_FIELDS } },
        },
      },
    }),
  });
  return found.flatMap(({ one, modalities, series, instances }) => {
    const hit = one?.hits.hits[0];
    if (hit?._source === undefined || hit._id === undefined) return [];
    const [image] = gatherFrames([{ caseId: hit._id, image: hit._source }]);
    if (image === undefined || !index.shown.isShown(image.instance)) return [];
    const names = (modalities?.buckets ?? []).map(({ key }) => key).filter((name) => name !== '');
    return [{ image, modalities: names, series: series?.value ?? 0, instances: instances?.value ?? 0 }];
  });
}

/** What the index may still hold and must not count. */
function notRejected({ shown }: CaseIndex): Query[] {
  const uids = [...shown.excluded];
  return uids.length === 0 ? [] : [{ bool: { must_not: [{ terms: { [FIELD.INSTANCE]: uids } }] } }];
}

function within(
  filter: Query[],
  aggs: Record<string, estypes.AggregationsAggregationContainer>,
): Record<string, estypes.AggregationsAggregationContainer> {
  return {
    images: { nested: { path: 'images' }, aggs: { matching: { filter: { bool: { filter } }, aggs } } },
  };
}

async function buckets(index: CaseIndex, body: SearchBody): Promise<Bucket[]> {
  // A key that the index cannot match, though it kept to our limits, is the client's.
  const [result] = await index.searchAll([body], 'QUERY_INVALID');
  const nested = result?.aggregations?.['images'] as
    | { matching?: { found?: { buckets?: Bucket[] } } }
    | undefined;
  return nested?.matching?.found?.buckets ?? [];
}

function imageClauses(keys: SearchKeys): Query[] {
  const oneOf = (field: string, values: readonly string[]): Query[] =>
    values.length === 0 ? [] : [{ terms: { [field]: [...values] } }];
  const equal = (field: string, value: number | null): Query[] =>
    value === null ? [] : [{ term: { [field]: value } }];
  const { date, modalities, description } = keys;
  const range = { ...(date?.from ? { gte: date.from } : {}), ...(date?.to ? { lte: date.to } : {}) };
  return [
    ...oneOf(FIELD.STUDY, keys.studies),
    ...oneOf(FIELD.SERIES, keys.series),
    ...oneOf(FIELD.INSTANCE, keys.instances),
    ...oneOf('images.sop_class_uid', keys.sopClasses),
    ...equal('images.series_number', keys.seriesNumber),
    ...equal('images.instance_number', keys.instanceNumber),
    ...(date === null ? [] : [{ range: { 'images.study_date': { gte: '0', ...range } } }]),
    ...(description === null ? [] : [pattern('images.study_description', description)]),
    ...(modalities.length === 0
      ? []
      : [
          {
            bool: {
              should: modalities.map((one) => pattern('images.modality', one)),
              minimum_should_match: 1,
            },
          },
        ]),
  ];
}

/** `*` for any characters, `?` for one (PS3.4 C.2.2.2.4); letters count the same in both cases. */
function pattern(field: string, value: string): Query {
  const escaped = value.replaceAll('\\', '\\\\');
  return { wildcard: { [field]: { value: escaped, case_insensitive: true } } };
}

function uidOf(image: IndexedImage, level: SearchLevel): string {
  return level === 'STUDY' ? image.study : level === 'SERIES' ? image.series : image.instance;
}
