import { type Client, errors } from '@elastic/elasticsearch';
import { errorType } from '../../platform/elasticsearch/client.ts';
import type { Logger } from '../../platform/process/log.ts';
import {
  analysisDefinition,
  casesDefinition,
  type IndexDefinition,
  type MadeFor,
} from '../../schemas/index/index-definition.ts';
import {
  type IndexAliases,
  type IndexNames,
  newIndexNames,
  positionsIndex,
} from '../../schemas/index/index-names.ts';
import type { IndexGenerations } from '../../schemas/index/vector-generations.ts';
import { BUILT } from './take-over.ts';

/** How the indices of one build are made. */
export interface BuildOptions extends MadeFor {
  generations: IndexGenerations;
  /** whether the aliases shall name it at once: where there is nothing else to search */
  live: boolean;
}

/** A new build beside what is there, under a name that none had before. */
export async function createBuild(
  client: Client,
  log: Logger,
  aliases: IndexAliases,
  options: BuildOptions,
): Promise<IndexNames> {
  for (let madeAt = Date.now(); ; madeAt += 1000) {
    const names = newIndexNames(aliases, options.generations.image.generation, madeAt);
    if (await completeBuild(client, log, names, options)) return names;
  }
}

/**
 * Creates what is missing of a build; false where its clinical index was there. That one comes last: while it is not
 * there nobody takes the others for a build.
 */
export async function completeBuild(
  client: Client,
  log: Logger,
  names: IndexNames,
  { generations, live, ...madeFor }: BuildOptions,
): Promise<boolean> {
  await createIndex(client, positionsIndex(names.cases), null, POSITIONS);
  await createIndex(
    client,
    names.analysis,
    live ? names.analysisAlias : null,
    await analysisDefinition(madeFor),
  );
  const { settings, mappings } = await casesDefinition(generations, madeFor);
  const created = await createIndex(client, names.cases, live ? names.casesAlias : null, {
    settings: { ...settings, ...(live ? {} : BUILT) },
    mappings,
  });
  if (created)
    log.info({ index: names.cases, ...(live ? { alias: names.casesAlias } : {}) }, 'index.created');
  return created;
}

/** All indices of a build; the clinical one last, so that what a crash leaves is still seen. */
export async function deleteBuild(client: Client, log: Logger, names: IndexNames): Promise<void> {
  for (const index of [positionsIndex(names.cases), names.analysis, names.cases]) {
    await client.indices.delete({ index }, { ignore: [404] });
    log.info({ index }, 'index.deleted');
  }
}

/** Read by id only. */
const POSITIONS: Pick<IndexDefinition<unknown>, 'settings' | 'mappings'> = {
  settings: { number_of_shards: 1, auto_expand_replicas: '0-1', gc_deletes: '1h' },
  mappings: { dynamic: false, properties: {} },
};

/** False where it is there already. */
async function createIndex(
  client: Client,
  index: string,
  alias: string | null,
  { settings, mappings }: Pick<IndexDefinition<unknown>, 'settings' | 'mappings'>,
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
