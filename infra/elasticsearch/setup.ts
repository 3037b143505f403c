import type { Client } from '@elastic/elasticsearch';
import { generationsFor } from '../../models/index-generations.ts';
import {
  elasticsearchError,
  openElasticsearch,
  SET_UP_TIMEOUT_MS,
} from '../../platform/elasticsearch/client.ts';
import type { Logger } from '../../platform/process/log.ts';
import { checkIndex, readMeta } from '../../schemas/index/check-index.ts';
import {
  analysisDefinition,
  casesDefinition,
  generationsOf,
  parseAnalysisMeta,
  parseCasesMeta,
} from '../../schemas/index/index-definition.ts';
import {
  INDEX_ALIASES,
  type IndexAliases,
  type IndexNames,
  indexNames,
} from '../../schemas/index/index-names.ts';
import { liveIndex, physicalIndices } from '../../schemas/index/physical-indices.ts';
import type { LiveEncoders } from '../kafka/live-generations.ts';
import { completeBuild, createBuild, deleteBuild } from './create-indices.ts';

export interface SetUpOptions {
  /** what the versions of the documents are offsets of, see `checkIndex` */
  kafkaCluster: string;
  aliases?: IndexAliases;
  /**
   * The encoders that are live: a new index is made for the last one of each kind; one that is made anew, for what it was made
   * for where that is still live. One that is there keeps its own.
   */
  live?: Partial<LiveEncoders>;
  /** throw all indices away first, to be filled again from `radiology.case` */
  rebuild?: boolean;
  /** called before a build is deleted, or filled again: has to see that nobody writes to it, and make its group forget */
  forget?(names: IndexNames): Promise<void>;
}

/**
 * Creates the indices and their aliases where there are none; what the aliases name is only checked (`checkIndex`), unless all
 * is to be made anew. Aliases that exist are never moved here. Resolves to the names behind them.
 */
export async function setUpElasticsearch(
  url: string,
  log: Logger,
  options: SetUpOptions,
): Promise<IndexNames> {
  const { kafkaCluster, aliases = INDEX_ALIASES, rebuild = false, forget } = options;
  const client = openElasticsearch(url, SET_UP_TIMEOUT_MS);
  try {
    const before = (await liveIndex(client, aliases))?.meta;
    if (rebuild)
      for (const names of await allBuilds(client, aliases)) {
        await forget?.(names);
        await deleteBuild(client, log, names);
      }
    const build = { kafkaCluster, state: 'ready', live: true } as const;
    const { image = [], text = [] } = options.live ?? {};
    const generations = generationsFor({
      image: image.find(({ generation }) => generation === before?.image_vector_generation) ?? image.at(-1),
      text: text.find(({ generation }) => generation === before?.text_vector_generation) ?? text.at(-1),
    });
    const found = await aliasedIndex(client, aliases);
    if (found === null) return await createBuild(client, log, aliases, { ...build, generations });
    const names = indexNames(aliases, found);
    const needed = await casesDefinition(generations, build);
    const meta = checkIndex(found, parseCasesMeta(await readMeta(client, found)), needed.meta);
    // One that somebody deleted is filled again, with all that there is.
    if ((await readMeta(client, names.analysis)) === undefined) await forget?.(names);
    await completeBuild(client, log, names, { ...build, generations: generationsOf(meta) });
    const analysis = parseAnalysisMeta(await readMeta(client, names.analysis));
    checkIndex(names.analysis, analysis, (await analysisDefinition(build)).meta);
    return names;
  } catch (error) {
    throw elasticsearchError(error);
  } finally {
    await client.close();
  }
}

/** What the alias names is among them, be it one of ours or not. */
async function allBuilds(client: Client, aliases: IndexAliases): Promise<IndexNames[]> {
  const aliased = await aliasedIndex(client, aliases);
  const known = (await physicalIndices(client, aliases)).map(({ names }) => names.cases);
  const all = new Set([...known, ...(aliased === null ? [] : [aliased])]);
  return [...all].map((casesIndex) => indexNames(aliases, casesIndex));
}

/** The index that the alias names, whatever it is; null where there is no such alias. */
async function aliasedIndex(client: Client, { casesAlias }: IndexAliases): Promise<string | null> {
  const found = await client.indices.getAlias({ name: casesAlias }, { ignore: [404] });
  const [name] = Object.entries(found).flatMap(([index, entry]) =>
    typeof entry === 'object' && entry !== null && 'aliases' in entry ? [index] : [],
  );
  return name ?? null;
}
