import { type Client, errors, type estypes } from '@elastic/elasticsearch';
import { type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import { elasticsearchError, errorType } from '../../../platform/elasticsearch/client.ts';
import type { CaseDocument } from '../../../schemas/index/case-document.ts';
import { checkMapping } from '../../../schemas/index/check-index.ts';
import {
  type CasesMeta,
  casesMappingVersion,
  parseCasesMeta,
} from '../../../schemas/index/index-definition.ts';
import { entityTag, WAITING_FIELDS } from '../http/entity-tag.ts';
import { INDEX_RECHECK_MS } from '../limits.ts';
import type { FoundCase } from '../view/case-view.ts';
import type { ShownImages } from '../view/shown-images.ts';
import { restoreVectors, STORED_VECTORS } from './stored-vectors.ts';

/** The physical index that the alias stands for now, and what its mapping says of itself. */
export interface CurrentIndex {
  name: string;
  meta: CasesMeta;
}

export type SearchBody = estypes.MsearchMultisearchBody;
export type SearchResult = estypes.MsearchMultiSearchItem<CaseDocument>;

const IMAGE_UID = 'images.sop_instance_uid';

/**
 * The clinical view, found by its alias, without the images that may not be shown: whatever is answered is read
 * here. What is asked goes to the physical index behind the alias, whose vectors are of one generation: `pinned` keeps to one
 * for several requests, while another takes over. All errors are ours: `ELASTICSEARCH_UNAVAILABLE` where it may pass,
 * `INDEX_MISMATCH` where the alias stands for something else, an index of another version among that.
 */
export class CaseIndex {
  readonly #client: Client;
  readonly #alias: string;
  readonly shown: ShownImages;
  readonly #pinned: CurrentIndex | null;
  #current: { index: CurrentIndex; at: number } | null = null;

  constructor(client: Client, alias: string, shown: ShownImages, pinned: CurrentIndex | null = null) {
    this.#client = client;
    this.#alias = alias;
    this.shown = shown;
    this.#pinned = pinned;
  }

  /** Does work with the index that the alias stands for, to its end; once more from the start where it was dropped meanwhile. */
  async pinned<T>(work: (index: CaseIndex) => Promise<T>): Promise<T> {
    if (this.#pinned !== null) return work(this);
    const attempt = async () =>
      work(new CaseIndex(this.#client, this.#alias, this.shown, await this.current()));
    try {
      return await attempt();
    } catch (error) {
      if (!isDropped(error)) throw error;
      this.#current = null;
      return attempt();
    }
  }

  /** Looked up again now and then: the alias moves to a new index while search goes on. */
  async current(): Promise<CurrentIndex> {
    if (this.#pinned !== null) return this.#pinned;
    if (this.#current !== null && Date.now() - this.#current.at < INDEX_RECHECK_MS)
      return this.#current.index;
    const mappings = await ask(() => this.#client.indices.getMapping({ index: this.#alias }));
    const [entry, ...others] = Object.entries(mappings);
    const meta = parseCasesMeta(entry?.[1].mappings._meta);
    if (entry === undefined || others.length > 0 || meta === null)
      throw new InterleaveError('INDEX_MISMATCH', `${this.#alias} does not stand for one index of cases.`);
    checkMapping(entry[0], meta, { mapping_version: await casesMappingVersion() });
    const index = { name: entry[0], meta };
    this.#current = { index, at: Date.now() };
    return index;
  }

  /** Several searches in one request; their answers in order. `refused`: what it means that Elasticsearch refuses one. */
  async searchAll(bodies: readonly SearchBody[], refused: ErrorCode = 'INTERNAL'): Promise<SearchResult[]> {
    if (bodies.length === 0) return [];
    const { responses } = await this.#ask((index) =>
      this.#client.msearch<CaseDocument>({
        index,
        searches: bodies.flatMap((body) => [{}, body]),
      }),
    );
    return responses.map((response) => {
      if (!('error' in response)) return this.#withShownImages(response);
      if (response.error.type === NO_INDEX) throw dropped();
      const status = response.status ?? 500;
      throw status === 429 || status >= 500
        ? new InterleaveError('ELASTICSEARCH_UNAVAILABLE', `Status ${status}.`)
        : new InterleaveError(refused, `Elasticsearch refused a search (${response.error.type}).`);
    });
  }

  /** The newest version, whether refreshed or not; without vectors unless they are asked for. `CASE_NOT_FOUND`. */
  async get(id: string, options: { vectors?: boolean; only?: string[] } = {}): Promise<FoundCase> {
    const answer = await this.#ask((index) =>
      this.#client.get<CaseDocument>({
        index,
        id,
        ...(options.vectors ? { _source: true, stored_fields: STORED_VECTORS } : {}),
        ...(options.only === undefined ? {} : { _source_includes: [...options.only, IMAGE_UID] }),
      }),
    );
    if (answer._source === undefined) throw new InterleaveError('CASE_NOT_FOUND');
    if (options.vectors) restoreVectors(answer._source, answer.fields, (await this.current()).meta);
    return {
      id,
      version: answer._version ?? 0,
      written: { ...answer, _shown: this.shown.stateOf(answer._source) },
      document: this.shown.shownIn(answer._source),
    };
  }

  /** The entity tags of these cases, whether refreshed or not; a case that is not there has none. */
  async tags(ids: readonly string[]): Promise<Map<string, string>> {
    const { docs } = await this.#ask((index) =>
      this.#client.mget<CaseDocument>({
        index,
        ids: [...new Set(ids)],
        _source_includes: [...WAITING_FIELDS, IMAGE_UID],
      }),
    );
    const tags = new Map<string, string>();
    for (const doc of docs) {
      // Not to be taken for a case that is gone.
      if ('error' in doc && doc.error.type === NO_INDEX) throw dropped();
      if ('error' in doc) throw new InterleaveError('ELASTICSEARCH_UNAVAILABLE', 'A case could not be read.');
      if (doc.found && doc._source !== undefined)
        tags.set(doc._id, entityTag({ ...doc, _shown: this.shown.stateOf(doc._source) }, doc._source));
    }
    return tags;
  }

  /** Aggregations are not looked at here: who asks for images in one sees to it. */
  #withShownImages(result: SearchResult): SearchResult {
    for (const hit of result.hits.hits) {
      if (hit._source !== undefined) {
        Object.assign(hit, { _shown: this.shown.stateOf(hit._source) });
        hit._source = this.shown.shownIn(hit._source);
      }
      const inner = hit.inner_hits?.['images']?.hits;
      if (inner !== undefined)
        inner.hits = inner.hits.filter(
          ({ _source }: estypes.SearchHit<{ sop_instance_uid?: string }>) =>
            _source?.sop_instance_uid === undefined || this.shown.isShown(_source.sop_instance_uid),
        );
    }
    return result;
  }

  async count(): Promise<number> {
    return (await this.#ask((index) => this.#client.count({ index }))).count;
  }

  /** Asks every shard of the index and brings nothing. Throws where searches would fail now. */
  async ping(requestTimeout: number): Promise<void> {
    const body = { size: 0, terminate_after: 1, track_total_hits: false } as const;
    await this.#ask((index) =>
      this.#client.search({ index, ...body, allow_partial_search_results: false }, { requestTimeout }),
    );
  }

  #ask<T>(request: (index: string) => Promise<T>): Promise<T> {
    return this.pinned(async (pinned) => {
      const { name } = await pinned.current();
      return ask(() => request(name));
    });
  }
}

async function ask<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    const body: unknown = error instanceof errors.ResponseError ? error.body : null;
    if (typeof body === 'object' && body !== null && 'found' in body && body.found === false)
      throw new InterleaveError('CASE_NOT_FOUND');
    if (error instanceof errors.ResponseError && errorType(error) === NO_INDEX) throw dropped(error);
    throw elasticsearchError(error);
  }
}

const NO_INDEX = 'index_not_found_exception';

/** That the index is not there any more; where there is no other either, it is the operator's to make one. */
function dropped(cause?: unknown): InterleaveError {
  return new InterleaveError('INDEX_MISMATCH', 'The index is not there.', { cause: new Dropped(cause) });
}

class Dropped extends Error {
  constructor(cause: unknown) {
    super('the index was dropped', { cause });
  }
}

function isDropped(error: unknown): boolean {
  return error instanceof InterleaveError && error.cause instanceof Dropped;
}

/** For searches that bring whole cases. */
export const WHOLE_CASES = {
  version: true,
  seq_no_primary_term: true,
} satisfies SearchBody;

/** For searches that only rank: a case's id from its column, and nothing unpacked of what is stored. */
export const RANKED_CASES = {
  stored_fields: '_none_',
  docvalue_fields: ['case_id'],
} satisfies SearchBody;

/** The case of a hit of such a search. */
export function rankedId({ fields }: estypes.SearchHit<CaseDocument>): string | null {
  const [id] = columnOf(fields, 'case_id');
  return id ?? null;
}

/** The values of a field that was asked for by its column. */
export function columnOf(fields: Record<string, unknown> | undefined, name: keyof CaseDocument): string[] {
  const values = fields?.[name];
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}

/** A hit with its document; null where the search did not ask for it. */
export function foundCase(hit: estypes.SearchHit<CaseDocument>): FoundCase | null {
  if (hit._source === undefined || hit._id === undefined) return null;
  return { id: hit._id, version: hit._version ?? 0, written: hit, document: hit._source };
}

export function totalOf(result: SearchResult): number {
  const { total } = result.hits;
  return typeof total === 'number' ? total : (total?.value ?? 0);
}
