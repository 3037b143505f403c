import type { estypes } from '@elastic/elasticsearch';
import type { FacetValue } from '../../../schemas/api/answers.ts';
import { MAX_FACET_VALUES } from '../limits.ts';
import { nameOf } from '../query/named-concept.ts';
import type { SearchBody } from './case-index.ts';

/** Facet → field of the clinical view. The facets have the names of the filters. */
const FIELDS = {
  present: 'findings.present',
  absent: 'findings.absent',
  uncertain: 'findings.uncertain',
  modality: 'modality',
  bodyPart: 'body_part',
  status: 'status',
  sex: 'patient.sex',
  ageGroup: 'patient.age_group',
  standing: 'standing',
} as const;

/** The part of a search that asks for the counts, where they are wanted. */
export function facetsWanted(wanted: boolean): Pick<SearchBody, 'aggs'> {
  if (!wanted) return {};
  const aggs = Object.entries(FIELDS).map(([facet, field]) => [
    facet,
    { terms: { field, size: MAX_FACET_VALUES } },
  ]);
  return { aggs: Object.fromEntries(aggs) };
}

/** Counts of cases for each value, the most frequent first. */
export function facetsOf(
  aggregations: Record<string, estypes.AggregationsAggregate> | undefined,
): Record<string, FacetValue[]> {
  return Object.fromEntries(
    Object.entries(FIELDS).map(([facet, field]) => {
      const terms = aggregations?.[facet] as estypes.AggregationsStringTermsAggregate | undefined;
      const buckets = Array.isArray(terms?.buckets) ? terms.buckets : [];
      const values = buckets
        .map(({ key, doc_count }) => ({ value: String(key), count: doc_count }))
        .filter(({ value }) => value !== '')
        .map(({ value, count }) => ({
          value,
          name: field.startsWith('findings.') ? nameOf(value) : value,
          count,
        }));
      return [facet, values];
    }),
  );
}
