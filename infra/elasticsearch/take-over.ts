import type { Client } from '@elastic/elasticsearch';
import { positionsIndex } from '../../schemas/index/index-names.ts';
import { liveIndex, type PhysicalIndex, setIndexState } from '../../schemas/index/physical-indices.ts';

/**
 * Lets a build take over: both aliases move to it in one step, so that no search meets none or two. What it holds is made
 * findable first. May be done again after a crash at any point.
 */
export async function takeOver(client: Client, build: PhysicalIndex): Promise<void> {
  const { names } = build;
  await client.indices.putSettings({ index: [names.cases, names.analysis], settings: SEARCHED });
  await client.indices.refresh({ index: [names.cases, names.analysis, positionsIndex(names.cases)] });
  const live = await liveIndex(client, names);
  const move = (alias: string, from: string | undefined, to: string) => [
    ...(from === undefined || from === to ? [] : [{ remove: { index: from, alias } }]),
    { add: { index: to, alias } },
  ];
  await client.indices.updateAliases({
    actions: [
      ...move(names.casesAlias, live?.names.cases, names.cases),
      ...move(names.analysisAlias, live?.names.analysis, names.analysis),
    ],
  });
  await setIndexState(client, build, 'ready');
}

/** While a build is filled nobody searches it: its segments may grow larger before they can be. */
export const BUILT = { refresh_interval: '30s' } as const;
/** As in the mapping files: what is written is found within a second. */
const SEARCHED = { refresh_interval: '1s' } as const;
