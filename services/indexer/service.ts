import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { isCaseId } from '../../core/radiology/case-key.ts';
import type { Case } from '../../core/radiology/events.ts';
import { caseStanding } from '../../core/radiology/standing.ts';
import { elasticsearchError, openElasticsearch } from '../../platform/elasticsearch/client.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { clusterIdOf } from '../../platform/kafka/cluster-id.ts';
import { type ConsumedRecord, consume } from '../../platform/kafka/consumer.ts';
import { deadLetterRecord } from '../../platform/kafka/dead-letter.ts';
import { checkLog } from '../../platform/kafka/log-mark.ts';
import { LogsBehind } from '../../platform/kafka/logs-behind.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { PartitionReader } from '../../platform/kafka/read-partition.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { events } from '../../schemas/events.ts';
import { checkIndex } from '../../schemas/index/check-index.ts';
import { readAnalysisDefinition, readCasesDefinition } from '../../schemas/index/index-definition.ts';
import { indexerGroup } from '../../schemas/index/index-names.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS, topicsOf } from '../../schemas/topics.ts';
import { analysisDocument, analysisId } from './analysis-document.ts';
import { type BulkItem, bulkWrite } from './bulk-write.ts';
import { caseDocument, type VectorSlots } from './case-document.ts';
import type { Config } from './config.ts';
import { CONCURRENT_PARTITIONS } from './limits.ts';
import { newestRecords } from './newest-records.ts';
import { Positions } from './positions.ts';
import { vectorSlots } from './vector-slots.ts';

/**
 * Writes every case of `radiology.case` into the clinical and the analysts' index, with the record's offset as version.
 * The consumer group belongs to the physical index: another index is filled from the beginning by another group. Tests
 * give a topic of their own.
 */
export async function start(
  config: Config,
  context: ServiceContext,
  topic: string = TOPICS.case,
): Promise<RunningService> {
  const { log, metrics, ready } = context;
  const client = openElasticsearch(config.elasticsearchUrl);
  const kafka = createKafka(config.kafkaBrokers, 'interleave-indexer', log);
  const slots = await openIndices(await clusterIdOf(kafka));
  await checkTopics(kafka, topicsOf('indexer', [topic]), config.partitions);
  const schemas = await Schemas.published(schemaOptions(kafka, config, context));
  const positions = await openPositions();
  const reader = await PartitionReader.connect(kafka);
  const behind = new LogsBehind(ready, log);
  const producer = await EventProducer.connect(kafka, log, metrics);
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

  const consumer = await consume(kafka, {
    groupId: indexerGroup(config.indexerCasesIndex),
    topics: [topic],
    concurrentPartitions: CONCURRENT_PARTITIONS,
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
    fail: context.fail,
  });

  async function handle(records: ConsumedRecord[], heartbeat: () => Promise<void>): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    await checkStep(last);
    const sources = new Map<BulkItem, ConsumedRecord>();
    for (const record of newestRecords(records)) {
      const items = itemsOf(record);
      if (items === null) await giveUp(record, 'EVENT_UNREADABLE');
      else for (const item of items) sources.set(item, record);
    }
    const rejected = new Set<ConsumedRecord>();
    const position = positions.after(last);
    const items = [...sources.keys(), ...(position === null ? [] : [position.item])];
    for (const { item, outcome, errorType } of await bulkWrite(client, items, heartbeat)) {
      if (item === position?.item) continue;
      outcomes.inc({ view: item.index === config.indexerCasesIndex ? 'clinical' : 'analysis', outcome });
      const record = sources.get(item);
      if (record === undefined) continue;
      seconds.observe((Date.now() - record.timestamp) / 1000);
      if (outcome !== 'rejected' || rejected.has(record)) continue;
      rejected.add(record);
      log.error({ caseId: record.key, index: item.index, errorType }, 'document.rejected');
      await giveUp(record, 'DOCUMENT_REJECTED');
    }
    if (position !== null) positions.set(last.partition, position.seen);
  }

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

  async function openPositions(): Promise<Positions> {
    return Positions.load(client, config.indexerCasesIndex, config.partitions).catch((error: unknown) => {
      throw elasticsearchError(error);
    });
  }

  /** What a record changes in both views; null where it cannot be read. */
  function itemsOf(record: ConsumedRecord): BulkItem[] | null {
    // Elasticsearch refuses a whole request for one id that is empty or too long.
    if (!isCaseId(record.key)) return null;
    const clinical = { index: config.indexerCasesIndex, id: record.key, version: record.offset };
    const analysis = {
      index: config.indexerAnalysisIndex,
      id: analysisId(record.key),
      version: record.offset,
    };
    if (record.value === null) return [clinical, analysis].map((item) => ({ ...item, document: null }));
    let theCase: Case;
    try {
      theCase = events.case.decode(record.value);
    } catch (error) {
      if (codeOf(error) === 'EVENT_UNREADABLE') return null;
      throw error;
    }
    if (theCase.caseId !== record.key) return null;
    const document = caseDocument(theCase, caseStanding(theCase), slots);
    return [
      { ...clinical, document },
      { ...analysis, document: analysisDocument(theCase, document) },
    ];
  }

  async function giveUp(record: ConsumedRecord, code: ErrorCode): Promise<void> {
    await deadLetterRecord(producer, 'indexer', code, record);
    deadLetters.inc({ code });
    log.error(
      { caseId: record.key, partition: record.partition, offset: record.offset, code },
      'case.given.up',
    );
  }

  async function openIndices(kafkaCluster: string): Promise<VectorSlots> {
    const { indexerCasesIndex, indexerAnalysisIndex } = config;
    try {
      const meta = await checkIndex(client, indexerCasesIndex, await readCasesDefinition(), kafkaCluster);
      await checkIndex(client, indexerAnalysisIndex, await readAnalysisDefinition(), kafkaCluster);
      ready.set('elasticsearch', true);
      return vectorSlots(meta);
    } catch (error) {
      throw elasticsearchError(error);
    }
  }

  return {
    async stop() {
      await consumer.stop();
      await reader.disconnect();
      await producer.disconnect();
      await client.close();
    },
  };
}
