import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import type { Kafka } from 'kafkajs';
import { InterleaveError } from '../core/errors.ts';
import { withAdmin } from '../platform/kafka/topics.ts';
import type { Logger } from '../platform/process/log.ts';
import { checkMapping } from '../schemas/index/check-index.ts';
import { casesMappingVersion } from '../schemas/index/index-definition.ts';
import { type IndexAliases, indexerGroup } from '../schemas/index/index-names.ts';
import { type PhysicalIndex, physicalIndices, setIndexState } from '../schemas/index/physical-indices.ts';
import type { IndexGenerations } from '../schemas/index/vector-generations.ts';
import { TOPICS } from '../schemas/topics.ts';
import { createBuild, deleteBuild } from './elasticsearch/create-indices.ts';
import { takeOver } from './elasticsearch/take-over.ts';
import { forgetGroup } from './kafka/forget-group.ts';
import { type GroupProgress, groupProgress, hasReached } from './kafka/group-progress.ts';

/** What a reindex is done with. The indexer, which runs beside, fills what is made here. */
export interface ReindexParts {
  client: Client;
  kafka: Kafka;
  brokers: string[];
  kafkaCluster: string;
  aliases: IndexAliases;
  log: Logger;
  /** `radiology.case`, or a test's own */
  topic?: string;
}

/**
 * The build that is to take over: the unfinished one of an earlier try where its generations are the ones that are asked for,
 * or a new one. Throws `INDEX_BUILDING` where one of other generations is unfinished.
 */
export async function beginBuild(
  parts: ReindexParts,
  generations: IndexGenerations,
): Promise<{ build: PhysicalIndex; resumed: boolean }> {
  const { client, log, aliases, kafkaCluster } = parts;
  const version = await casesMappingVersion();
  const unfinished = (await physicalIndices(client, aliases)).filter(
    ({ meta, isLive }) => meta.state === 'building' && !isLive,
  );
  for (const build of unfinished) {
    const { meta, names } = build;
    if (
      meta.text_vector_generation !== generations.text.generation ||
      meta.image_vector_generation !== generations.image.generation ||
      meta.mapping_version !== version ||
      meta.kafka_cluster !== kafkaCluster
    )
      throw new InterleaveError(
        'INDEX_BUILDING',
        `${names.cases} is of other generations, or of another mapping or Kafka.`,
      );
    return { build, resumed: true };
  }
  const made = { generations, kafkaCluster, state: 'building', live: false } as const;
  const names = await createBuild(client, log, aliases, made);
  return { build: await buildNamed(parts, names.cases), resumed: false };
}

/** Waits until the build holds what the topic holds; `told` is called with each look. */
export async function untilCaughtUp(
  { kafka, topic = TOPICS.case }: ReindexParts,
  { names }: PhysicalIndex,
  told: (progress: GroupProgress) => void = () => undefined,
): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    let target: { at: number; ends: GroupProgress['ends'] } | null = null;
    for (;;) {
      const progress = await groupProgress(admin, indexerGroup(names.cases), topic);
      told(progress);
      const reached = progress.lag === 0 || (target !== null && hasReached(progress, target.ends));
      // A feed that never pauses leaves a few records under way at any moment: what stood there a moment ago is in.
      if (reached && (target === null || progress.lag === 0 || Date.now() - target.at <= CAUGHT_UP_MS))
        return;
      if (target === null || reached) target = { at: Date.now(), ends: progress.ends };
      await sleep(LOOK_MS);
    }
  });
}

/**
 * The build that is named, once it has no lag: the one that was built last, or one that was kept, to go back. Throws
 * `INDEX_UNKNOWN`, and `INDEX_MISMATCH` for one of another version, which no indexer of this one feeds.
 */
export async function use(parts: ReindexParts, name: string): Promise<void> {
  const build = await buildNamed(parts, name);
  if (build.meta.state === 'dropping')
    throw new InterleaveError('INDEX_UNKNOWN', `${name} is being dropped.`);
  checkMapping(name, build.meta, { mapping_version: await casesMappingVersion() });
  await untilCaughtUp(parts, build);
  await takeOver(parts.client, build);
}

/**
 * Drops a build that is not searched: the indexer stops feeding it, then its indices and its group go. Throws `INDEX_IN_USE`,
 * `INDEX_UNKNOWN`, or `KAFKA_UNAVAILABLE` where an indexer does not let go of it. May be done again after a crash.
 */
export async function drop(parts: ReindexParts, name: string): Promise<void> {
  const build = await buildNamed(parts, name);
  if (build.isLive)
    throw new InterleaveError('INDEX_IN_USE', `${name} is what ${build.names.casesAlias} names.`);
  await setIndexState(parts.client, build, 'dropping');
  await forgetGroup(parts.brokers, indexerGroup(name), parts.log, LET_GO_MS);
  await deleteBuild(parts.client, parts.log, build.names);
}

async function buildNamed({ client, aliases }: ReindexParts, name: string): Promise<PhysicalIndex> {
  const found = (await physicalIndices(client, aliases)).find(({ names }) => names.cases === name);
  if (found === undefined) throw new InterleaveError('INDEX_UNKNOWN', `${name} is not among the indices.`);
  return found;
}

/** Between two looks at how far the indexer is. */
const LOOK_MS = 500;
/** A build that holds all that stood in the topic so long ago may take over. */
const CAUGHT_UP_MS = 2_000;
/** The indexer looks every few seconds which builds are there, and one that was killed is waited for. */
const LET_GO_MS = 60_000;
