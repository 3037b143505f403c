import { join, resolve } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';
import { elasticsearchError, openElasticsearch } from '../../platform/elasticsearch/client.ts';
import { commonConfig, loadConfig, text } from '../../platform/process/config.ts';
import { INDEX_ALIASES } from '../../schemas/index/index-names.ts';
import { liveIndex } from '../../schemas/index/physical-indices.ts';
import { STREAM_GROUPS } from '../../schemas/stream-groups.ts';
import { dataDirOf } from '../data-dir.ts';
import { askedInstance, namesBrokers } from '../up/asked-instance.ts';
import { numberOption, type VerbInput } from '../verb.ts';
import { DoneUnits } from './done-units.ts';
import { type Door, DryDoor, GatewayDoor } from './gateway-door.ts';
import { DEFAULT_MAX_LAG, MAX_MAX_LAG } from './limits.ts';
import { RefusedFile } from './refused-file.ts';
import { StreamLag } from './stream-lag.ts';
import type { GatewayTargets } from './targets.ts';
import { Turns } from './turns.ts';

/** What an import works with; `turns` and `done` are null for a dry run. */
export interface ImportParts {
  door: Door;
  turns: Turns | null;
  done: DoneUnits | null;
  refused: RefusedFile | null;
}

/**
 * Opens what an import works with, as the command line says, and closes it behind `use`. Throws `USAGE`, `ALREADY_RUNNING`
 * where another import has the folder of what is done, `DISK_FULL`, `FILE_UNWRITABLE`, `NOT_RUNNING`.
 */
export async function withImportParts<T>(
  input: VerbInput,
  targets: GatewayTargets,
  isDry: boolean,
  use: (parts: ImportParts) => Promise<T>,
): Promise<T> {
  const maxLag =
    numberOption(input, 'max-lag', { min: 1, max: MAX_MAX_LAG, integer: true }) ?? DEFAULT_MAX_LAG;
  const refusedPath = input.text('refused');
  const closing: { close(): Promise<void> }[] = [];
  const closedLater = <P extends { close(): Promise<void> }>(part: P): P => {
    closing.unshift(part);
    return part;
  };
  try {
    const refused =
      refusedPath === undefined ? null : closedLater(await RefusedFile.open(resolve(refusedPath)));
    if (isDry) return await use({ door: new DryDoor(), turns: null, done: null, refused });
    const done = closedLater(await DoneUnits.open(stateOf(input)));
    const lag = closedLater(streamLagOf(input));
    await requireSystem(input, lag);
    const turns = closedLater(new Turns({ lag: () => lag.read(), maxLag }));
    const door = closedLater(new GatewayDoor(targets));
    return await use({ door, turns, done, refused });
  } finally {
    for (const part of closing) await part.close();
  }
}

function stateOf(input: VerbInput): string {
  return resolve(input.text('state') ?? join(dataDirOf(input), 'import'));
}

/** Where no system is named and none answers at the usual addresses, there is nothing to wait for. Throws `NOT_RUNNING`. */
async function requireSystem(input: VerbInput, lag: { read(): Promise<number> }): Promise<void> {
  if (askedInstance(input) !== undefined || namesBrokers()) return;
  await lag.read().catch((cause: unknown) => {
    throw new InterleaveError(
      'NOT_RUNNING',
      'Nothing runs here, and nothing answers at the usual addresses.',
      {
        cause,
      },
    );
  });
}

/** How far the services are behind, as Kafka says, and which index they fill, as Elasticsearch says. */
function streamLagOf(input: VerbInput) {
  const { kafkaBrokers, elasticsearchUrl, joinerGroup } = loadConfig({
    kafkaBrokers: commonConfig.kafkaBrokers,
    elasticsearchUrl: commonConfig.elasticsearchUrl,
    joinerGroup: text(STREAM_GROUPS.joiner),
  });
  const instance = askedInstance(input, namesBrokers());
  const client = openElasticsearch(instance?.elasticsearchUrl ?? elasticsearchUrl);
  const lag = new StreamLag({
    brokers: instance?.kafkaBrokers.split(',') ?? kafkaBrokers,
    joinerGroup,
    casesIndex: () =>
      liveIndex(client, INDEX_ALIASES).then(
        (live) => live?.names.cases,
        (error: unknown) => {
          throw elasticsearchError(error);
        },
      ),
  });
  return {
    read: () => lag.read(),
    async close() {
      await lag.close();
      await client.close();
    },
  };
}
