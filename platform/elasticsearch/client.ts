import { Client, errors } from '@elastic/elasticsearch';
import { InterleaveError } from '../../core/errors.ts';

/** An answer that takes longer has failed; the caller tries again. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Creating an index while a node has only just started, on a busy machine, takes its time. */
export const SET_UP_TIMEOUT_MS = 60_000;

/**
 * A client with our settings: no retries of its own, since each caller decides what may be tried again. Nothing here
 * may use `client.info()`: the reduced distribution that we embed has no `GET /`.
 */
export function openElasticsearch(url: string, requestTimeout: number = REQUEST_TIMEOUT_MS): Client {
  return new Client({ node: url, requestTimeout, maxRetries: 0 });
}

/**
 * What a failed request means for us. 429, 5xx and a lost connection pass (`ELASTICSEARCH_UNAVAILABLE`); anything else
 * is our own mistake (`INTERNAL`). Only the type of the error is kept: its reason may quote a document.
 */
export function elasticsearchError(error: unknown): InterleaveError {
  if (error instanceof InterleaveError) return error;
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode ?? 0;
    return status === 429 || status >= 500
      ? new InterleaveError('ELASTICSEARCH_UNAVAILABLE', `Status ${status}.`)
      : new InterleaveError('INTERNAL', `Elasticsearch answered ${status} (${errorType(error)}).`);
  }
  if (error instanceof errors.ElasticsearchClientError)
    return new InterleaveError('ELASTICSEARCH_UNAVAILABLE', error.name);
  return new InterleaveError('INTERNAL', undefined, { cause: error });
}

/** e.g. `index_not_found_exception` */
export function errorType(error: InstanceType<typeof errors.ResponseError>): string {
  const body: unknown = error.body;
  if (typeof body !== 'object' || body === null || !('error' in body)) return 'unknown';
  const inner = body.error;
  return typeof inner === 'object' && inner !== null && 'type' in inner && typeof inner.type === 'string'
    ? inner.type
    : 'unknown';
}
