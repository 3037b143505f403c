import { type Client, errors } from '@elastic/elasticsearch';
import {
  elasticsearchError,
  errorType,
  openElasticsearch,
  SET_UP_TIMEOUT_MS,
} from '../../platform/elasticsearch/client.ts';
import type { Logger } from '../../platform/process/log.ts';
import { checkIndex, readMeta } from '../../schemas/index/check-index.ts';
import {
  type IndexDefinition,
  readAnalysisDefinition,
  readCasesDefinition,
} from '../../schemas/index/index-definition.ts';
import { INDEX_NAMES, type IndexNames, positionsIndex } from '../../schemas/index/index-names.ts';

export interface SetUpOptions {
  /** what the versions of the documents are offsets of, see `checkIndex` */
  kafkaCluster: string;
  names?: IndexNames;
  /** throw the indices away first, to be filled again from `radiology.case` */
  rebuild?: boolean;
  beforeCreating?(): Promise<void>;
}

/**
 * Creates the indices and their aliases where they are missing; what is there is only checked (`checkIndex`), unless it
 * is to be made anew. An alias that exists is never moved here.
 *
 * A new index is empty, whatever the indexer's group has read into one of the same name before: `beforeCreating` has to
 * make the group forget it (and comes first, so that a crash between leaves no index that would never be filled).
 */
export async function setUpElasticsearch(url: string, log: Logger, options: SetUpOptions): Promise<void> {
  const { kafkaCluster, names = INDEX_NAMES, rebuild = false, beforeCreating } = options;
  const client = openElasticsearch(url, SET_UP_TIMEOUT_MS);
  const indices = [names.cases, names.analysis];
  try {
    const found = await Promise.all(indices.map((index) => readMeta(client, index)));
    if (rebuild || found.includes(undefined)) await beforeCreating?.();
    // Positions say what was in an index of this name: a new one begins without.
    const positions = positionsIndex(names.cases);
    if (rebuild || found[0] === undefined) await deleteIndices(client, log, [positions]);
    if (rebuild) await deleteIndices(client, log, indices);
    const casesIndex = { index: names.cases, alias: names.casesAlias };
    await setUpIndex(client, log, casesIndex, await readCasesDefinition(), kafkaCluster);
    await createIndex(client, positions, null, POSITIONS);
    const analysisIndex = { index: names.analysis, alias: names.analysisAlias };
    await setUpIndex(client, log, analysisIndex, await readAnalysisDefinition(), kafkaCluster);
  } catch (error) {
    throw elasticsearchError(error);
  } finally {
    await client.close();
  }
}

/** Read by id only. */
const POSITIONS: Pick<IndexDefinition<unknown>, 'settings' | 'mappings'> = {
  settings: { number_of_shards: 1, auto_expand_replicas: '0-1', gc_deletes: '1h' },
  mappings: { dynamic: false, properties: {} },
};

async function deleteIndices(client: Client, log: Logger, indices: string[]): Promise<void> {
  for (const index of indices) {
    await client.indices.delete({ index }, { ignore: [404] });
    log.info({ index }, 'index.deleted');
  }
}

async function setUpIndex<M>(
  client: Client,
  log: Logger,
  { index, alias }: { index: string; alias: string },
  definition: IndexDefinition<M>,
  kafkaCluster: string,
): Promise<void> {
  if ((await readMeta(client, index)) === undefined) {
    const aliasIsFree = !(await client.indices.existsAlias({ name: alias }));
    const created = await createIndex(client, index, aliasIsFree ? alias : null, {
      ...definition,
      mappings: { ...definition.mappings, _meta: { ...definition.meta, kafka_cluster: kafkaCluster } },
    });
    if (created) log.info({ index, ...(aliasIsFree ? { alias } : {}) }, 'index.created');
  }
  await checkIndex(client, index, definition, kafkaCluster);
}

/** False where another process was faster. */
async function createIndex<M>(
  client: Client,
  index: string,
  alias: string | null,
  { settings, mappings }: Pick<IndexDefinition<M>, 'settings' | 'mappings'>,
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
