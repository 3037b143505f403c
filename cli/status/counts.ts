import { STATUS_ANSWER_MS } from '../limits.ts';

/** Cases in the index, or `undefined` when Elasticsearch does not say. */
export async function countCases(elasticsearchUrl: string): Promise<number | undefined> {
  try {
    const response = await fetch(new URL('/cases/_count', elasticsearchUrl), {
      signal: AbortSignal.timeout(STATUS_ANSWER_MS),
    });
    const body = (await response.json()) as { count?: number };
    return body.count;
  } catch {
    return undefined;
  }
}
