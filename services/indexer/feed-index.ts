import type { Client } from '@elastic/elasticsearch';
import type { Kafka } from 'kafkajs';
import type { ErrorCode } from '../../core/errors.ts';
import { elasticsearchError } from '../../platform/elasticsearch/client.ts';
import { type ConsumedRecord, consume } from '../../platform/kafka/consumer.ts';
import { deadLetterRecord } from '../../platform/kafka/dead-letter.ts';
import { checkLog } from '../../platform/kafka/log-mark.ts';
import { LogsBehind } from '../../platform/kafka/logs-behind.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { PartitionReader } from '../../platform/kafka/read-partition.ts';
import type { Schemas } from '../../platform/kafka/schemas.ts';
import type { ServiceContext } from '../../platform/process/lifecycle.ts';
import { indexerGroup } from '../../schemas/index/index-names.ts';
import type { PhysicalIndex } from '../../schemas/index/physical-indices.ts';
import { caseHandler } from './handle-cases.ts';
import { BUILD_STEP_RECORDS, CONCURRENT_PARTITIONS } from './limits.ts';
import { Positions } from './positions.ts';
import { vectorSlots } from './vector-slots.ts';

/** What all builds are fed with. */
export interface FeedParts {
  client: Client;
  kafka: Kafka;
  schemas: Schemas;
  reader: PartitionReader;
  producer: EventProducer;
  topic: string;
  partitions: number;
  /** of the site */
  secret: Buffer;
}

export interface IndexFeed {
  stop(): Promise<void>;
}

/**
 * Feeds one build from `radiology.case`, by a consumer group of its own; a new one begins at the beginning. `isLive`: whether
 * it is the one that is searched now.
 */
export async function feedIndex(
  { names, meta }: PhysicalIndex,
  isLive: () => boolean,
  { client, kafka, schemas, reader, producer, topic, partitions, secret }: FeedParts,
  { log, metrics, ready, fail }: ServiceContext,
): Promise<IndexFeed> {
  const positions = await Positions.load(client, names.cases, partitions).catch((error: unknown) => {
    throw elasticsearchError(error);
  });
  const behind = new LogsBehind(ready, log);
  const outcomes = metrics.counter('interleave_documents_total', 'Documents by what became of them', [
    'view',
    'outcome',
  ]);
  const deadLetters = metrics.counter('interleave_dead_letters_total', 'Records given up', ['code']);
  const seconds = metrics.histogram(
    'interleave_case_to_index_seconds',
    'From the record of a case until Elasticsearch has it',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  );
  const handle = caseHandler({
    client,
    names,
    slots: vectorSlots(meta),
    secret,
    positions,
    checkStep,
    giveUp,
    wrote(view, outcome, record) {
      outcomes.inc({ view, outcome });
      // What a new build reads from the beginning says nothing of how late a case is.
      if (isLive()) seconds.observe((Date.now() - record.timestamp) / 1000);
    },
  });
  const consumer = await consume(kafka, {
    groupId: indexerGroup(names.cases),
    topics: [topic],
    concurrentPartitions: CONCURRENT_PARTITIONS,
    ...(meta.state === 'building' ? { maxRecords: BUILD_STEP_RECORDS } : {}),
    handle,
    hold: {
      mayBegin: checkPartition,
      held: (partition, error) => behind.add(partition, error),
      begun: (partition) => behind.keep((one) => one !== partition),
    },
    schemas,
    log,
    metrics,
    ready,
    fail,
  });

  /** Throws `LOG_WENT_BACK` where the index holds more of a partition than the log: all of it would count as stale. */
  async function checkPartition(partition: number): Promise<void> {
    const seen = positions.of(partition);
    if (seen !== null) await checkLog(reader, topic, partition, seen);
  }

  /** What is older than what was read is a repeat, or comes of a log that went back while we read it. */
  async function checkStep({ partition, offset }: ConsumedRecord): Promise<void> {
    if (offset >= (positions.of(partition)?.next ?? 0)) {
      if (behind.has(partition)) behind.keep((one) => one !== partition);
      return;
    }
    await checkPartition(partition).catch((error: unknown) => {
      behind.add(partition, error);
      throw error;
    });
    behind.keep((one) => one !== partition);
  }

  async function giveUp(record: ConsumedRecord, code: ErrorCode, errorType = ''): Promise<void> {
    const { key: caseId, partition, offset } = record;
    if (errorType !== '') log.error({ caseId, index: names.cases, errorType }, 'document.rejected');
    await deadLetterRecord(producer, 'indexer', code, record);
    deadLetters.inc({ code });
    log.error({ caseId, partition, offset, code }, 'case.given.up');
  }

  return { stop: () => consumer.stop() };
}
