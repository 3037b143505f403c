import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, errors, type estypes } from '@elastic/elasticsearch';
import { InterleaveError } from '../../core/errors.ts';
import { elasticsearchError } from '../../platform/elasticsearch/client.ts';
import { BULK_BACKOFF_MS, MAX_BULK_ATTEMPTS, MAX_BULK_BYTES } from './limits.ts';

/**
 * One document to write, or to delete where `document` is null. The version is the offset of the record that it was made
 * from: Elasticsearch keeps the higher one, so that a late or repeated write changes nothing.
 */
export interface BulkItem {
  index: string;
  id: string;
  version: number;
  document: object | null;
}

/**
 * - `written`: this version is in the index now (or was, with the same version)
 * - `deleted`: and it was there
 * - `absent`: to be deleted, and not there
 * - `stale`: the index holds a newer version; no error
 * - `rejected`: Elasticsearch will never take this document
 */
export type BulkOutcome = 'written' | 'deleted' | 'absent' | 'stale' | 'rejected';

export interface BulkResult {
  item: BulkItem;
  outcome: BulkOutcome;
  /** of a rejected document, e.g. `document_parsing_exception`; never its reason, which quotes the document */
  errorType: string;
}

/**
 * Writes items with their versions and says what became of each, in their order. Items that Elasticsearch pushes back
 * (429, 5xx, a block) are tried again alone; when that does not help, or when it or the index is away, throws
 * `ELASTICSEARCH_UNAVAILABLE` and the same items may be written again. Any other answer throws `INTERNAL`.
 */
export async function bulkWrite(
  client: Client,
  items: readonly BulkItem[],
  heartbeat: () => Promise<void> = async () => undefined,
): Promise<BulkResult[]> {
  const results = new Map<BulkItem, BulkResult>();
  let waiting = [...items];
  for (let attempt = 0; waiting.length > 0; attempt++) {
    if (attempt === MAX_BULK_ATTEMPTS)
      throw new InterleaveError('ELASTICSEARCH_UNAVAILABLE', 'It pushes writes back.');
    if (attempt > 0) await sleep(BULK_BACKOFF_MS * 2 ** (attempt - 1));
    const pushedBack: BulkItem[] = [];
    for (const request of bulkRequests(waiting)) {
      await heartbeat();
      for (const answer of await send(client, request)) {
        if (isPushedBack(answer)) pushedBack.push(answer.item);
        else results.set(answer.item, { ...answer, outcome: outcomeOf(answer) });
      }
    }
    waiting = pushedBack;
  }
  return items.flatMap((item) => results.get(item) ?? []);
}

/** The items in requests of at most `MAX_BULK_BYTES`, or of one item. */
export function bulkRequests(items: readonly BulkItem[]): { items: BulkItem[]; body: string }[] {
  const requests: { items: BulkItem[]; lines: string[]; bytes: number }[] = [];
  for (const item of items) {
    const lines = linesOf(item);
    const bytes = Buffer.byteLength(lines);
    const last = requests.at(-1);
    if (last !== undefined && last.bytes + bytes <= MAX_BULK_BYTES) {
      last.items.push(item);
      last.lines.push(lines);
      last.bytes += bytes;
    } else requests.push({ items: [item], lines: [lines], bytes });
  }
  return requests.map(({ items, lines }) => ({ items, body: lines.join('') }));
}

function linesOf({ index, id, version, document }: BulkItem): string {
  const action = { _index: index, _id: id, version, version_type: 'external_gte' };
  return document === null
    ? `${JSON.stringify({ delete: action })}\n`
    : `${JSON.stringify({ index: action })}\n${JSON.stringify(document)}\n`;
}

interface Answer {
  item: BulkItem;
  status: number;
  result: string;
  errorType: string;
}

async function send(client: Client, request: { items: BulkItem[]; body: string }): Promise<Answer[]> {
  const response = await client.transport
    .request<estypes.BulkResponse>({
      method: 'POST',
      path: '/_bulk',
      querystring: { filter_path: 'items.*.status,items.*.result,items.*.error.type' },
      bulkBody: request.body,
    })
    .catch((error: unknown): Pick<estypes.BulkResponse, 'items'> => {
      // A document that is longer than Elasticsearch reads comes alone, and its request fails as a whole.
      if (request.items.length === 1 && error instanceof errors.ResponseError && error.statusCode === 413)
        return { items: [{ index: { _index: '', status: 400, error: { type: 'content_too_long' } } }] };
      throw elasticsearchError(error);
    });
  if (response.items.length !== request.items.length)
    throw new InterleaveError('INTERNAL', 'The bulk answer has another number of items.');
  return request.items.map((item, position) => {
    const answer = response.items[position];
    const operation = answer?.index ?? answer?.delete;
    return {
      item,
      status: operation?.status ?? 0,
      result: operation?.result ?? '',
      errorType: operation?.error?.type ?? '',
    };
  });
}

/**
 * It is busy, or cannot write now: a shard that is away (503) or whose disk is full (500 with an exception of the file
 * system), or an index that a flood-stage disk made read-only (429, before 8.0 403).
 */
function isPushedBack({ status, errorType }: Answer): boolean {
  return status === 429 || status >= 500 || (status === 403 && errorType === 'cluster_block_exception');
}

function outcomeOf({ item, status, result, errorType }: Answer): BulkOutcome {
  if (status === 200 || status === 201) return item.document === null ? 'deleted' : 'written';
  if (status === 404 && result === 'not_found') return 'absent';
  if (status === 409) return 'stale';
  if (status === 400) return 'rejected';
  // Dropped a moment ago: whoever drops an index, or makes one, is followed (`follow-indices.ts`).
  if (errorType === 'index_not_found_exception')
    throw new InterleaveError('ELASTICSEARCH_UNAVAILABLE', `There is no index ${item.index}.`);
  throw new InterleaveError(
    'INTERNAL',
    `A bulk item was answered with ${status} (${errorType || 'no error'}).`,
  );
}
