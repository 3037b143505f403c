/** The answers of the search service, as `services/search/README.md` describes them. */

export type Assertion = 'PRESENT' | 'ABSENT' | 'UNCERTAIN';

export interface Concept {
  concept: string;
  name: string;
}

export interface Segment {
  text: string;
  match: boolean;
}

export interface Image {
  id: string;
  thumbnail: string | null;
  frame: number;
  seriesNumber: number | null;
  instanceNumber: number | null;
  modality: string;
  view: string;
  laterality: string;
  bodyPart: string;
  marked: boolean;
  rows: number;
  columns: number;
  problem: string | null;
}

export interface Leg {
  leg: string;
  rank: number;
  score: number;
}

export interface Why {
  legs: Leg[];
  concepts: (Concept & { assertion: Assertion; sentence: Segment[] })[];
  words: Segment[][];
  image: { own: string; other: string; score: number } | null;
}

export interface CaseSummary {
  id: string;
  accession: string;
  title: string;
  modality: string[];
  bodyPart: string[];
  studiedAt: string | null;
  receivedAt: string;
  patient: { sex: string; ageGroup: string };
  status: string | null;
  standing: string;
  flags: string[];
  impression: string;
  findings: { present: Concept[]; absent: Concept[]; uncertain: Concept[] };
  images: Image[];
}

export interface Hit extends CaseSummary {
  imageCount: number;
  why: Why;
}

export interface FacetValue {
  value: string;
  name: string;
  count: number;
}

export type Facets = Record<string, FacetValue[]>;

export interface SearchAnswer {
  notice: string;
  query: {
    words: string;
    concepts: (Concept & { assertion: Assertion; text: string })[];
    phrases: string[];
    rest: string;
    accession: boolean;
  };
  total: { value: number; relation: 'eq' | 'gte' };
  tookMs: number;
  from: number;
  size: number;
  hits: Hit[];
  facets: Facets | null;
}

export interface ReportFinding extends Concept {
  assertion: Assertion;
  subject: string;
  time: string;
  section: string;
  laterality: string;
  location: string;
  start: number;
  end: number;
  cue: string;
}

export interface Citation {
  seriesNumber: number | null;
  instanceNumber: number;
  start: number;
  end: number;
  sentenceStart: number;
  sentenceEnd: number;
  images: string[];
}

export interface Report {
  id: string;
  status: string;
  effectiveAt: string;
  procedure: string;
  text: string;
  sections: { name: string; start: number; end: number }[];
  findings: ReportFinding[];
  citations: Citation[];
  versions: { status: string; effectiveAt: string }[];
  problem: string | null;
}

export interface CaseDetail extends CaseSummary {
  reports: Report[];
}

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

export function getCase(id: string, signal: AbortSignal): Promise<{ notice: string; case: CaseDetail }> {
  return call(`/api/cases/${encodeURIComponent(id)}`, { signal });
}

/** The ids of the concepts that state normality. */
export async function getNormalConcepts(signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { concepts } = await call<{ concepts: { id: string; group: string }[] }>('/api/concepts', { signal });
  return new Set(concepts.filter((concept) => concept.group === 'normal').map((concept) => concept.id));
}

export type SimilarBy = 'both' | 'text' | 'image';

export function getSimilar(
  id: string,
  by: SimilarBy,
  signal: AbortSignal,
): Promise<{ by: string; hits: Hit[] }> {
  return call(`/api/cases/${encodeURIComponent(id)}/similar?by=${by}&size=12`, { signal });
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(path, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new ApiError('UNREACHABLE', 'The search service cannot be reached. Is it running?');
  });
  const body = (await response.json().catch(() => null)) as {
    error?: { code: string; message: string };
  } | null;
  if (response.ok && body !== null) return body as T;
  throw new ApiError(
    body?.error?.code ?? 'INTERNAL',
    body?.error?.message ?? `The answer was ${response.status}.`,
  );
}
