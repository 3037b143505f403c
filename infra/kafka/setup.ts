import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { createKafka } from '../../platform/kafka/client.ts';
import { clusterIdOf } from '../../platform/kafka/cluster-id.ts';
import { TOPIC_CREATION_TIMEOUT_MS } from '../../platform/kafka/limits.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics, createTopics, type DurabilityPromise, withAdmin } from '../../platform/kafka/topics.ts';
import type { Logger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPIC_SPECS } from '../../schemas/topics.ts';

/** How long a new broker may take until consumers can join groups. */
const COORDINATOR_MS = 60_000;

export interface KafkaSetup {
  brokers: string[];
  partitions: number;
  replication: number;
  /** a site's own registry; '' for none */
  schemaRegistryUrl?: string;
}

/**
 * Creates the topics that are missing, and checks all: the partition count is fixed for ever. Puts our schemas where every
 * reader finds them; the services look themselves whether they are there, but all at once, which a registry that numbers
 * schemas by itself does not bear. Throws `TOPIC_MISMATCH`, `KAFKA_UNAVAILABLE`, and what `Schemas.published` throws. Returns
 * what an acknowledged write survives, and which cluster it is.
 */
export async function setUpKafka(
  options: KafkaSetup,
  log: Logger,
): Promise<DurabilityPromise & { clusterId: string }> {
  const kafka = createKafka(options.brokers, 'interleave-set-up', log, {
    requestTimeoutMs: TOPIC_CREATION_TIMEOUT_MS,
  });
  const created = await createTopics(kafka, TOPIC_SPECS, options.partitions, options.replication);
  if (created.length > 0) {
    log.info({ topics: created }, 'topics.created');
    await untilGroupsWork(kafka, log);
  }
  const promise = await checkTopics(kafka, TOPIC_SPECS, options.partitions);
  const told = { log, metrics: new Metrics('set-up'), ready: new Readiness() };
  const { schemaRegistryUrl = '' } = options;
  await Schemas.published(schemaOptions(kafka, { schemaRegistryUrl }, told));
  return { ...promise, clusterId: await clusterIdOf(kafka) };
}

/**
 * A new broker makes the topic of the groups' offsets when it is first asked for a group; on a busy machine that takes
 * longer than a consumer asks before it gives up. So we ask first. Not being told in time is no error here.
 */
async function untilGroupsWork(kafka: Kafka, log: Logger): Promise<void> {
  for (const deadline = Date.now() + COORDINATOR_MS; Date.now() < deadline; await sleep(250))
    try {
      await withAdmin(kafka, (admin) => admin.fetchOffsets({ groupId: 'interleave-set-up' }));
      return;
    } catch {
      log.debug('groups.waiting');
    }
}
