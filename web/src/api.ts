/** Asking the search service; its answers have the types of the service itself. */
import type { CaseView, SearchAnswer, SimilarAnswer, VersionsAnswer } from '../../schemas/api/answers.ts';

export type { Assertion } from '../../core/radiology/events.ts';
export type {
  CaseSummary,
  CaseView,
  Hit,
  ImageView,
  NamedConcept,
  ReportView,
  SearchAnswer,
  Why,
} from '../../schemas/api/answers.ts';
export type { Segment } from '../../schemas/api/segments.ts';

export type Citation = CaseView['reports'][number]['citations'][number];
export type ReportFinding = CaseView['reports'][number]['findings'][number];
export type Facets = NonNullable<SearchAnswer['facets']>;

export type Filters = Record<string, string[]>;

export interface Search {
  words: string;
  filters: Filters;
  from: number;
}

export const PAGE_SIZE = 20;

/** An error that the service answered with, or that kept it from answering. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function search({ words, filters, from }: Search, signal: AbortSignal): Promise<SearchAnswer> {
  return call('/api/search', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ words, filters, from, size: PAGE_SIZE, facets: true }),
    signal,
  });
}

/** The case, or null where it still has this tag. */
export async function getCaseUnless(
  tag: string | null,
  id: string,
  signal: AbortSignal,
): Promise<CaseView | null> {
  const headers: Record<string, string> = tag === null ? {} : { 'if-none-match': `"${tag}"` };
  const answer = await call<{ case: CaseView } | null>(`/api/cases/${encodeURIComponent(id)}`, {
    headers,
    signal,
  });
  return answer?.case ?? null;
}

/** The tags that these cases have now. */
export async function getVersions(
  ids: readonly string[],
  signal: AbortSignal,
): Promise<VersionsAnswer['versions']> {
  const { versions } = await call<VersionsAnswer>('/api/cases/versions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ids }),
    signal,
  });
  return versions;
}

/** The ids of the concepts that state normality. */
export async function getNormalConcepts(signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { concepts } = await call<{ concepts: { id: string; group: string }[] }>('/api/concepts', { signal });
  return new Set(concepts.filter((concept) => concept.group === 'normal').map((concept) => concept.id));
}

export type SimilarBy = 'both' | 'text' | 'image';

export function getSimilar(id: string, by: SimilarBy, signal: AbortSignal): Promise<SimilarAnswer> {
  return call(`/api/cases/${encodeURIComponent(id)}/similar?by=${by}&size=12`, { signal });
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(path, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new ApiError('UNREACHABLE', 'The search service cannot be reached. Is it running?');
  });
  if (response.status === 304) return null as T;
  const body = (await response.json().catch(() => null)) as {
    error?: { code: string; message: string };
  } | null;
  if (response.ok && body !== null) return body as T;
  throw new ApiError(
    body?.error?.code ?? 'INTERNAL',
    body?.error?.message ?? `The answer was ${response.status}.`,
  );
}
