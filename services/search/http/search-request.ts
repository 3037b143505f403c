import { z } from 'zod';
import { InterleaveError } from '../../../core/errors.ts';
import { isCaseId } from '../../../core/radiology/case-key.ts';
import {
  MAX_FILTER_VALUE_LENGTH,
  MAX_FILTER_VALUES,
  MAX_PAGE_SIZE,
  MAX_POLLED_CASES,
  MAX_SORTED_DEPTH,
  MAX_WORDS_LENGTH,
  RANK_WINDOW,
} from '../limits.ts';

const values = z.array(z.string().min(1).max(MAX_FILTER_VALUE_LENGTH)).max(MAX_FILTER_VALUES).default([]);
const day = z.iso.date();

const filtersShape = z.strictObject({
  present: values,
  absent: values,
  uncertain: values,
  modality: values,
  bodyPart: values,
  status: values,
  sex: values,
  ageGroup: values,
  standing: values,
  from: day.optional(),
  to: day.optional(),
  hasImages: z.boolean().optional(),
});

const searchRequest = z.strictObject({
  words: z.string().max(MAX_WORDS_LENGTH).default(''),
  filters: filtersShape.prefault({}),
  from: z.int().min(0).default(0),
  size: z.int().min(1).max(MAX_PAGE_SIZE).default(20),
  facets: z.boolean().default(false),
});

/** The findings that are filtered for must all hold; of the other lists one value each is enough. */
export type SearchFilters = z.infer<typeof filtersShape>;
export type SearchRequest = z.infer<typeof searchRequest>;

export const NO_FILTERS: SearchFilters = filtersShape.parse({});

/** The body of `POST /api/search`. Throws `QUERY_INVALID`, naming every field that is wrong, never what stands in it. */
export function parseSearchRequest(body: unknown): SearchRequest {
  const request = parse(searchRequest, body ?? {});
  const depth = request.words.trim() === '' ? MAX_SORTED_DEPTH : RANK_WINDOW;
  if (request.from + request.size > depth)
    throw new InterleaveError('QUERY_INVALID', `from + size goes beyond ${depth} hits.`);
  return request;
}

const similarRequest = z.strictObject({
  by: z.enum(['text', 'image', 'both']).default('both'),
  size: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(10),
  weight: z.coerce.number().min(0).max(1).default(0.5),
});
export type SimilarRequest = z.infer<typeof similarRequest>;

/** The query string of `GET /api/cases/:id/similar`. Throws `QUERY_INVALID`. */
export function parseSimilarRequest(query: unknown): SimilarRequest {
  return parse(similarRequest, query);
}

const versionsRequest = z.strictObject({
  ids: z.array(z.string().refine(isCaseId)).min(1).max(MAX_POLLED_CASES),
});

/** The body of `POST /api/cases/versions`. Throws `QUERY_INVALID`. */
export function parseVersionsRequest(body: unknown): z.infer<typeof versionsRequest> {
  return parse(versionsRequest, body ?? {});
}

function parse<T>(shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? 'a field is not known here'
      : `${issue.path.join('.') || 'the body'}: ${issue.code.replaceAll('_', ' ')}`,
  );
  throw new InterleaveError('QUERY_INVALID', `${[...new Set(problems)].join('; ')}.`);
}
