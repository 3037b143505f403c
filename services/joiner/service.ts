import { join } from 'node:path';
import { codeOf } from '../../core/errors.ts';
import { TOPICS, topicsOf } from '../../core/radiology/topics.ts';
import { untilLmdbRoom } from '../../platform/disk/lmdb-room.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { clusterIdOf } from '../../platform/kafka/cluster-id.ts';
import { CONSUMER_SETTINGS } from '../../platform/kafka/consumer.ts';
import { LogsBehind } from '../../platform/kafka/logs-behind.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { PartitionReader } from '../../platform/kafka/read-partition.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import { watchLag } from '../../platform/kafka/watch-lag.ts';
import type { RunningService, ServiceContext } from '../../platform/lifecycle.ts';
import { privateFolder, tellNarrowed } from '../../platform/private-folder.ts';
import { Assignment } from './assignment.ts';
import { CaseCache } from './case-cache.ts';
import type { Config } from './config.ts';
import { GapMemory } from './gap-memory.ts';
import { handleBatch } from './handle-batch.ts';
import { COORDINATOR_RETRY_MS, FETCH_WAIT_MS, MAX_FETCH_BYTES, MAX_PARALLEL_TAKES } from './limits.ts';
import { joinerMetrics } from './metrics.ts';
import { OwnedPartition } from './owned-partition.ts';
import { copartitioned } from './partition-assigner.ts';
import type { Positions } from './partition-producer.ts';
import { refuseRecords } from './refuse-records.ts';
import { Semaphore } from './semaphore.ts';
import { takePartition } from './take-partition.ts';

const INPUTS: string[] = [TOPICS.reportLabeled, TOPICS.imageEmbedded];

/** Joins reports and images into cases; `README.md` says how. */
export async function start(config: Config, context: ServiceContext): Promise<RunningService> {
  const { log, ready, fail } = context;
  ready.set('partitions', false, 'joining the group');
  const metrics = joinerMetrics(context.metrics);
  const kafka = createKafka(config.kafkaBrokers, 'interleave-joiner', log);
  const topics = topicsOf('joiner', [...INPUTS, TOPICS.case]);
  log.info(await checkTopics(kafka, topics, config.partitions), 'durability.promise');

  const folders = join(config.dataDir, 'joiner');
  tellNarrowed(await privateFolder(folders), folders, log);
  const folder = join(folders, config.joinerInstance);
  await untilLmdbRoom(folders, context);
  const cache = await CaseCache.open(folder, await clusterIdOf(kafka), config.partitions);
  const admin = kafka.admin();
  await admin.connect();
  const reader = await PartitionReader.connect(kafka);
  const deadLetters = await EventProducer.connect(kafka, log, context.metrics);
  const lag = watchLag(kafka, {
    groupId: config.joinerGroup,
    topics: INPUTS,
    log,
    metrics: context.metrics,
    fail,
  });
  const consumer = kafka.consumer({
    ...CONSUMER_SETTINGS,
    groupId: config.joinerGroup,
    partitionAssigners: [copartitioned],
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: MAX_FETCH_BYTES,
  });
  let stopping = false;
  const behind = new LogsBehind(ready, log);
  const gaps = new GapMemory();
  const takes = new Semaphore(MAX_PARALLEL_TAKES);
  const bothInputs = (partition: number) => INPUTS.map((topic) => ({ topic, partitions: [partition] }));

  const assignment = new Assignment({
    pause: (partition) => consumer.pause(bothInputs(partition)),
    resume(partition, positions) {
      for (const [topic, offset] of positions) consumer.seek({ topic, partition, offset: String(offset) });
      consumer.resume(bothInputs(partition));
    },
    take: (partition) => takes.run(() => take(partition)),
    changed(assigned, owned, isSettled) {
      behind.keep((partition) => !isSettled(partition));
      metrics.owned.set(owned);
      ready.set('partitions', owned === assigned, `${owned} of ${assigned} taken`);
    },
    notTaken(partition, error) {
      if (behind.add(partition, error)) return lag.progressed();
      ready.set('partitions', false, `not taken: ${codeOf(error)}`);
      log.warn({ partition, err: error }, 'joiner.partition.not.taken');
    },
    fail,
  });

  async function take(partition: number): Promise<{ owned: OwnedPartition; positions: Positions }> {
    const stopTimer = metrics.takeSeconds.startTimer();
    const taken = await takePartition({
      kafka,
      admin,
      reader,
      cache,
      log,
      inputs: INPUTS,
      output: { topic: TOPICS.case, partition, groupId: config.joinerGroup },
      transactionalId: `${config.joinerTransactionalId}-${partition}`,
    });
    metrics.restored.inc(taken.restored);
    log.info({ partition, restored: taken.restored, seconds: stopTimer() }, 'joiner.partition.taken');
    const owned = new OwnedPartition({
      partition,
      taken,
      cache,
      acceptGap: (topic, from) => gaps.accept(topic, partition, from),
      refuse: (refused) => refuseRecords(refused, { producer: deadLetters, metrics, log }),
      committed(joined, records, seconds) {
        lag.progressed();
        metrics.written.inc(joined.changed.size);
        metrics.replaced.inc(joined.replaced);
        if (joined.changed.size === 0) metrics.unchanged.inc();
        metrics.transactionSeconds.observe(seconds);
        for (const { topic, timestamp } of records) {
          metrics.merged.inc({ topic });
          metrics.waitSeconds.observe((Date.now() - timestamp) / 1000);
        }
      },
    });
    return { owned, positions: new Map(taken.positions) };
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
    assignment.assign(payload.memberAssignment[TOPICS.reportLabeled] ?? []),
  );
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    ready.set('partitions', false, 'crashed');
    if (payload.restart || stopping) return;
    // kafkajs takes a coordinator that is not there yet for a final error; a new or failing cluster will have one soon.
    if (payload.error.name !== 'KafkaJSGroupCoordinatorNotFound') fail(payload.error);
    else setTimeout(() => run().catch(fail), COORDINATOR_RETRY_MS);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: INPUTS, fromBeginning: true });
  await run();

  async function run(): Promise<void> {
    if (stopping) return;
    await consumer.connect();
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      // Enough for every input of every partition at once: nothing that was fetched may wait for its turn.
      partitionsConsumedConcurrently: INPUTS.length * config.partitions,
      eachBatch: (payload) => handleBatch(payload, { assignment, metrics, log, fail }),
    });
  }

  return {
    async stop() {
      stopping = true;
      const given = assignment.stop();
      await consumer.disconnect();
      await given;
      await Promise.all([lag.stop(), reader.disconnect(), deadLetters.disconnect(), admin.disconnect()]);
      await cache.close();
    },
  };
}
