import { isDeepStrictEqual } from 'node:util';
import { type Client, errors } from '@elastic/elasticsearch';
import { InterleaveError } from '../../core/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { elasticsearchError, errorType, openElasticsearch, SET_UP_TIMEOUT_MS } from './client.ts';
import { type IndexDefinition, readAnalysisDefinition, readCasesDefinition } from './index-definition.ts';
import { INDEX_NAMES, type IndexNames } from './index-names.ts';

/**
 * Creates the indices and their aliases where they are missing; what is there is only checked: `INDEX_MISMATCH` when its
 * mapping was made for other vectors or another version of the mapping. An alias that exists is never moved here.
 *
 * A new index is empty, whatever the indexer's group has read into one of the same name before: `beforeCreating` has to
 * make the group forget it (and comes first, so that a crash between leaves no index that would never be filled).
 */
export async function setUpElasticsearch(
  url: string,
  log: Logger,
  names: IndexNames = INDEX_NAMES,
  beforeCreating: () => Promise<void> = async () => undefined,
): Promise<void> {
  const client = openElasticsearch(url, SET_UP_TIMEOUT_MS);
  try {
    for (const index of [names.cases, names.analysis])
      if ((await readMeta(client, index)) === undefined) {
        await beforeCreating();
        break;
      }
    await setUpIndex(client, log, names.cases, names.casesAlias, await readCasesDefinition());
    await setUpIndex(client, log, names.analysis, names.analysisAlias, await readAnalysisDefinition());
  } catch (error) {
    throw elasticsearchError(error);
  } finally {
    await client.close();
  }
}

/** Throws `INDEX_MISMATCH` unless the physical index exists with the `_meta` of this version. */
export async function checkIndex<M>(
  client: Client,
  index: string,
  definition: IndexDefinition<M>,
): Promise<M> {
  const found = await readMeta(client, index);
  if (found === undefined) throw new InterleaveError('INDEX_MISMATCH', `${index} does not exist.`);
  if (!isDeepStrictEqual(found, definition.meta))
    throw new InterleaveError(
      'INDEX_MISMATCH',
      `${index} has ${JSON.stringify(found)}, this version needs ${JSON.stringify(definition.meta)}.`,
    );
  return definition.meta;
}

async function setUpIndex<M>(
  client: Client,
  log: Logger,
  index: string,
  alias: string,
  definition: IndexDefinition<M>,
): Promise<void> {
  if ((await readMeta(client, index)) === undefined) {
    const aliasIsFree = !(await client.indices.existsAlias({ name: alias }));
    const created = await createIndex(client, index, aliasIsFree ? alias : null, definition);
    if (created) log.info({ index, ...(aliasIsFree ? { alias } : {}) }, 'index.created');
  }
  await checkIndex(client, index, definition);
}

/** False where another process was faster. */
async function createIndex<M>(
  client: Client,
  index: string,
  alias: string | null,
  { settings, mappings }: IndexDefinition<M>,
): Promise<boolean> {
  try {
    await client.indices.create({
      index,
      settings,
      mappings,
      ...(alias === null ? {} : { aliases: { [alias]: {} } }),
      wait_for_active_shards: 1,
    });
    return true;
  } catch (error) {
    if (error instanceof errors.ResponseError && errorType(error) === 'resource_already_exists_exception')
      return false;
    throw error;
  }
}

/** Undefined where there is no such index. */
async function readMeta(client: Client, index: string): Promise<unknown> {
  try {
    const answer = await client.indices.getMapping({ index });
    return answer[index]?.mappings._meta ?? null;
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 404) return undefined;
    throw error;
  }
}
