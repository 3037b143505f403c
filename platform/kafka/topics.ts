import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import { MAX_TOPIC_LOOKS, TOPIC_CREATION_TIMEOUT_MS, TOPIC_LOOK_MS } from './limits.ts';

/**
 * What a topic must look like. `keyed` topics all have the one partition count, which is fixed at creation; the others
 * have one partition: they are few records, whose order says nothing of a case.
 */
export interface TopicSpec {
  name: string;
  keyed: boolean;
  config: Record<string, string>;
}

/** How much an acknowledged write survives, read from the broker. */
export interface DurabilityPromise {
  replicationFactor: number;
  minInsyncReplicas: number;
  /** true when a write survives the loss of any one broker */
  survivesBrokerLoss: boolean;
}

/** Creates what is missing and returns its names; what is there is left as it is. */
export async function createTopics(
  kafka: Kafka,
  specs: readonly TopicSpec[],
  partitions: number,
  replicationFactor: number,
): Promise<string[]> {
  return withAdmin(kafka, async (admin) => {
    const there = new Set(await admin.listTopics());
    const missing = specs.filter((spec) => !there.has(spec.name));
    const names = missing.map((spec) => spec.name);
    if (missing.length > 0)
      await untilKnown(admin, names, () => create(admin, missing, partitions, replicationFactor));
    return names;
  });
}

async function create(
  admin: Admin,
  specs: readonly TopicSpec[],
  partitions: number,
  replicationFactor: number,
): Promise<void> {
  await admin.createTopics({
    waitForLeaders: true,
    timeout: TOPIC_CREATION_TIMEOUT_MS,
    topics: specs.map((spec) => ({
      topic: spec.name,
      numPartitions: spec.keyed ? partitions : 1,
      replicationFactor,
      configEntries: Object.entries(spec.config).map(([name, value]) => ({ name, value })),
    })),
  });
}

/**
 * A broker may not know a topic yet that was created a moment ago, by us or by another process: kafkajs waits for its leaders,
 * and where it was there already for nothing.
 */
async function untilKnown(
  admin: Admin,
  names: readonly string[],
  create: () => Promise<void>,
): Promise<void> {
  await create().catch((error: unknown) => {
    const type = error instanceof Error && 'type' in error ? error.type : '';
    if (type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
  });
  for (let attempt = 1; ; attempt++) {
    const there = new Set(await admin.listTopics());
    if (names.every((name) => there.has(name))) return;
    if (attempt === MAX_TOPIC_LOOKS)
      throw new InterleaveError('KAFKA_UNAVAILABLE', 'New topics stay unknown.');
    await sleep(TOPIC_LOOK_MS);
  }
}

/**
 * Compares the topics with what this version needs and throws `TOPIC_MISMATCH` with all differences: the partition
 * count is fixed for ever, since the joiner relies on equal partitions of its inputs and output.
 */
export async function checkTopics(
  kafka: Kafka,
  specs: readonly Omit<TopicSpec, 'config'>[],
  partitions: number,
): Promise<DurabilityPromise> {
  return withAdmin(kafka, async (admin) => {
    const there = new Set(await admin.listTopics());
    const problems = specs.filter((spec) => !there.has(spec.name)).map((spec) => `${spec.name} is missing`);
    const present = specs.filter((spec) => there.has(spec.name));
    const metadata = await admin.fetchTopicMetadata({ topics: present.map((spec) => spec.name) });
    let replicationFactor = Infinity;
    for (const spec of present) {
      const topic = metadata.topics.find((candidate) => candidate.name === spec.name);
      const wanted = spec.keyed ? partitions : 1;
      const found = topic?.partitions.length ?? 0;
      if (found !== wanted) problems.push(`${spec.name} has ${found} partitions, not ${wanted}`);
      for (const partition of topic?.partitions ?? [])
        replicationFactor = Math.min(replicationFactor, partition.replicas.length);
    }
    if (problems.length > 0) throw new InterleaveError('TOPIC_MISMATCH', `${problems.join('; ')}.`);
    const minInsyncReplicas = await readMinInsyncReplicas(
      admin,
      present.map((spec) => spec.name),
    );
    return {
      replicationFactor,
      minInsyncReplicas,
      survivesBrokerLoss: replicationFactor >= 2 && minInsyncReplicas >= 2,
    };
  });
}

async function readMinInsyncReplicas(admin: Admin, topics: string[]): Promise<number> {
  const described = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: ['min.insync.replicas'],
    })),
  });
  const values = described.resources.flatMap((resource) =>
    resource.configEntries.map((entry) => Number(entry.configValue)),
  );
  return values.length === 0 ? 1 : Math.min(...values);
}

export async function withAdmin<T>(kafka: Kafka, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } catch (cause) {
    if (cause instanceof InterleaveError) throw cause;
    throw new InterleaveError('KAFKA_UNAVAILABLE', undefined, { cause });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
