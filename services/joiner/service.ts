import { join } from 'node:path';
import { codeOf } from '../../core/errors.ts';
import { isCaseId } from '../../core/radiology/case-key.ts';
import { UnknownSchemaError } from '../../platform/avro/unknown-schema.ts';
import { untilLmdbRoom } from '../../platform/disk/lmdb-room.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { clusterIdOf } from '../../platform/kafka/cluster-id.ts';
import { CONSUMER_SETTINGS } from '../../platform/kafka/consumer.ts';
import { keepRunning } from '../../platform/kafka/keep-running.ts';
import { LogsBehind } from '../../platform/kafka/logs-behind.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { PartitionReader } from '../../platform/kafka/read-partition.ts';
import { SchemaHold } from '../../platform/kafka/schema-hold.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import { watchLag } from '../../platform/kafka/watch-lag.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import { readSecret } from '../../platform/process/files.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { privateFolder, tellNarrowed } from '../../platform/process/private-folder.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { REGISTERS, TOPICS, topicsOf } from '../../schemas/topics.ts';
import { Assignment } from './assignment.ts';
import { CaseCache } from './case-cache.ts';
import { casePartition } from './case-partition.ts';
import type { Config } from './config.ts';
import { dropBytes } from './drop-bytes.ts';
import { EraseBytes } from './erase-bytes.ts';
import { followDecisions } from './follow-decisions.ts';
import type { ForeignRecords } from './foreign-records.ts';
import { GapMemory } from './gap-memory.ts';
import { handleBatch, lose } from './handle-batch.ts';
import { leaveTraces } from './leave-traces.ts';
import { FETCH_WAIT_MS, FOREIGN_CHECK_MS, MAX_FETCH_BYTES, MAX_PARALLEL_TAKES } from './limits.ts';
import { joinerMetrics } from './metrics.ts';
import { OutputGuard } from './output-guard.ts';
import { type Chores, OwnedPartition } from './owned-partition.ts';
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
  const secret = await readSecret(config.siteSecretFile || join(config.dataDir, 'site-secret'));
  const kafka = createKafka(config.kafkaBrokers, 'interleave-joiner', log);
  const topics = topicsOf('joiner', [...INPUTS, TOPICS.case, ...REGISTERS]);
  log.info(await checkTopics(kafka, topics, config.partitions), 'durability.promise');
  const schemas = await Schemas.published(schemaOptions(kafka, config, context));

  const folders = join(config.dataDir, 'joiner');
  tellNarrowed(await privateFolder(folders), folders, log);
  const folder = join(folders, config.joinerInstance);
  await untilLmdbRoom(folders, context);
  const cache = await CaseCache.open(folder, await clusterIdOf(kafka), config.partitions, secret);
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
  const objects = await openObjectStore(config.dataDir, { context });
  const decisions = followDecisions({
    kafka,
    schemas,
    waiting: () => lag.progressed(),
    context,
    secret,
    rejected: (uids) => everywhere({ rejected: uids }),
    erased: (caseIds) => {
      for (const [partition, owned] of assignment.owned)
        doChores(partition, owned, { erase: caseIds.filter(isOwn(partition)) });
    },
  });
  const isErased = (caseId: string) => decisions.erased.has(caseId);
  const isOwn = (partition: number) => (caseId: string) =>
    casePartition(caseId, config.partitions) === partition;
  const eraseBytes = new EraseBytes({
    objects,
    erased: decisions.erased,
    cache,
    log,
    done: () => metrics.erased.inc(),
  });
  const gaps = new GapMemory();
  const foreignAtTaking = new Map<number, ForeignRecords>();
  const takes = new Semaphore(MAX_PARALLEL_TAKES);
  const held = new SchemaHold({ consumer, schemas, waiting: () => lag.progressed(), fail });
  /** the schema of a state that a newer joiner has written, by partition */
  const missing = new Map<number, number>();
  const bothInputs = (partition: number) => INPUTS.map((topic) => ({ topic, partitions: [partition] }));

  const assignment = new Assignment({
    pause: (partition) => consumer.pause(bothInputs(partition)),
    resume(partition, positions) {
      for (const [topic, offset] of positions) consumer.seek({ topic, partition, offset: String(offset) });
      consumer.resume(bothInputs(partition));
    },
    async take(partition) {
      await decisions.whole();
      const schemaId = missing.get(partition);
      if (schemaId !== undefined) await schemas.ask(schemaId);
      missing.delete(partition);
      return takes.run(() => take(partition));
    },
    isOurs: (partition, owned) => doChores(partition, owned, firstChores(partition)),
    changed(assigned, owned, isSettled) {
      behind.keep((partition) => !isSettled(partition));
      metrics.owned.set(owned);
      ready.set('partitions', owned === assigned, `${owned} of ${assigned} taken`);
    },
    notTaken(partition, error) {
      if (behind.add(partition, error)) return lag.progressed();
      noteMissing(partition, error);
      const code = codeOf(error);
      ready.set('partitions', false, `not taken: ${code}`);
      // That it waits for room or for a schema is no stall: another start would wait, too.
      if (code === 'DISK_FULL' || code === 'SCHEMA_UNKNOWN') lag.progressed();
      log.warn({ partition, err: error }, 'joiner.partition.not.taken');
    },
    fail,
  });

  function noteMissing(partition: number, error: unknown): void {
    if (error instanceof UnknownSchemaError) missing.set(partition, error.schemaId);
  }

  function loseOf(partition: number, owned: OwnedPartition, error: unknown): void {
    noteMissing(partition, error);
    lose(partition, owned, error, { assignment, metrics, log, fail });
  }

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
      isErased,
    });
    for (const key of taken.gone) tellForeign(partition, key, 'CASE_STATE_GONE');
    foreignAtTaking.set(partition, taken.foreign);
    metrics.restored.inc(taken.restored);
    log.info({ partition, restored: taken.restored, seconds: stopTimer() }, 'joiner.partition.taken');
    const owned = new OwnedPartition({
      partition,
      taken,
      cache,
      decided: {
        rejected: decisions.rejected,
        isErased,
        wasHeldByErased: (thing) => decisions.erased.held(thing),
      },
      guard: new OutputGuard({ reader, topic: TOPICS.case, partition, end: taken.end }),
      isOwn: isOwn(partition),
      acceptGap: (topic, from) => gaps.accept(topic, partition, from),
      leaveTraces: (states) =>
        leaveTraces(states, { secret, producer: deadLetters, erased: decisions.erased, log }),
      dropBytes: (erased) => dropBytes(erased, objects, log),
      bytesCame: (caseIds) => eraseBytes.bytesCame(caseIds),
      refuse: (refused) => refuseRecords(refused, { producer: deadLetters, metrics, log }),
      committed(joined, records, seconds) {
        lag.progressed();
        metrics.written.inc(joined.changed.size);
        metrics.replaced.inc(joined.replaced);
        for (const { record } of joined.erased) metrics.dropped.inc({ topic: record.topic });
        if (joined.erased.length > 0)
          log.info({ partition, records: joined.erased.length }, 'joiner.records.erased');
        if (joined.changed.size === 0) metrics.unchanged.inc();
        metrics.transactionSeconds.observe(seconds);
        for (const { topic, timestamp } of records) {
          metrics.merged.inc({ topic });
          metrics.waitSeconds.observe((Date.now() - timestamp) / 1000);
        }
      },
      erased: (caseIds) => eraseBytes.add(caseIds),
      undone(told) {
        for (const { key, code } of told) tellForeign(partition, key, code);
      },
    });
    return { owned, positions: new Map(taken.positions) };
  }

  /** A predecessor may have ended between a decision and what it asks for: all of it is asked for again. */
  function firstChores(partition: number): Chores {
    const foreign = foreignAtTaking.get(partition) ?? new Map();
    foreignAtTaking.delete(partition);
    const undone = (caseId: string) =>
      cache.get(partition, caseId) !== undefined ||
      cache.erasedAt(caseId) !== decisions.erased.decidedAt(caseId);
    const erase = [...decisions.erased.caseIds].filter(isOwn(partition)).filter(undone);
    return { rejected: decisions.rejected.uids, erase, foreign, check: true };
  }

  function everywhere(chores: Chores): void {
    for (const [partition, owned] of assignment.owned) doChores(partition, owned, chores);
  }

  function doChores(partition: number, owned: OwnedPartition, chores: Chores): void {
    owned.do(chores).catch((error: unknown) => loseOf(partition, owned, error));
  }

  function tellForeign(
    partition: number,
    key: string,
    code: 'CASE_RECORD_FOREIGN' | 'CASE_STATE_GONE',
  ): void {
    metrics.foreign.inc({ code });
    log.error({ partition, code, ...(isCaseId(key) ? { caseId: key } : {}) }, 'case.record.foreign');
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    held.clear();
    assignment.assign(payload.memberAssignment[TOPICS.reportLabeled] ?? []);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: INPUTS, fromBeginning: true });
  await keepRunning(consumer, {
    run: {
      autoCommit: false,
      eachBatchAutoResolve: false,
      // Enough for every input of every partition at once: nothing that was fetched may wait for its turn.
      partitionsConsumedConcurrently: INPUTS.length * config.partitions,
      eachBatch: (payload) => handleBatch(payload, { assignment, schemas, held, lose: loseOf }),
    },
    isStopping: () => stopping,
    crashed: () => ready.set('partitions', false, 'crashed'),
    fail,
  });

  const checking = setInterval(() => everywhere({ check: true }), FOREIGN_CHECK_MS);

  return {
    async stop() {
      stopping = true;
      clearInterval(checking);
      held.clear();
      const given = assignment.stop();
      await decisions.stop();
      await consumer.disconnect();
      await given;
      await eraseBytes.stop();
      await objects.close();
      await Promise.all([lag.stop(), reader.disconnect(), deadLetters.disconnect(), admin.disconnect()]);
      await cache.close();
    },
  };
}
