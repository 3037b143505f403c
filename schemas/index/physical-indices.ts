import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { type CasesMeta, type IndexState, parseCasesMeta } from './index-definition.ts';
import { type IndexAliases, type IndexNames, indexNames } from './index-names.ts';

/** One build of the views: what its clinical index says of itself. */
export interface PhysicalIndex {
  names: IndexNames;
  meta: CasesMeta;
  /** whether the alias names it: it is the one that is searched */
  isLive: boolean;
  /** milliseconds since 1970 */
  createdAt: number;
}

/** All builds on this Elasticsearch, the oldest first. Throws errors of the client. */
export async function physicalIndices(client: Client, aliases: IndexAliases): Promise<PhysicalIndex[]> {
  const answer = await client.indices.get({
    index: `${aliases.casesAlias}-*`,
    allow_no_indices: true,
    expand_wildcards: 'open',
    filter_path: '*.aliases,*.mappings._meta,*.settings.index.creation_date',
  });
  return Object.entries(indicesSchema.parse(answer))
    .flatMap(([name, { aliases: own, mappings, settings }]): PhysicalIndex[] => {
      const meta = parseCasesMeta(mappings._meta);
      if (meta === null) return [];
      const isLive = aliases.casesAlias in own;
      return [{ names: indexNames(aliases, name), meta, isLive, createdAt: settings.index.creation_date }];
    })
    .sort((a, b) => a.createdAt - b.createdAt || (a.names.cases < b.names.cases ? -1 : 1));
}

/** The build that the alias names; undefined where there is none. */
export async function liveIndex(client: Client, aliases: IndexAliases): Promise<PhysicalIndex | undefined> {
  return (await physicalIndices(client, aliases)).find(({ isLive }) => isLive);
}

/** Written down in the mapping itself, so that whoever looks at the index finds it there. */
export async function setIndexState(client: Client, index: PhysicalIndex, state: IndexState): Promise<void> {
  await client.indices.putMapping({ index: index.names.cases, _meta: { ...index.meta, state } });
}

const indicesSchema = z.record(
  z.string(),
  z.object({
    aliases: z.record(z.string(), z.unknown()).default({}),
    mappings: z.object({ _meta: z.unknown() }).default({ _meta: null }),
    settings: z.object({ index: z.object({ creation_date: z.coerce.number() }) }),
  }),
);
