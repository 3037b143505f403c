import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import type { Logger } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import type { Readiness } from '../process/readiness.ts';
import { InputGate, type InputGateOptions } from './input-gate.ts';
import { isKafkaError, keepRunning } from './keep-running.ts';
import {
  HEARTBEAT_INTERVAL_MS,
  MAX_BACKOFF_MS,
  MAX_POLL_RECORDS,
  MIN_BACKOFF_MS,
  REBALANCE_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
} from './limits.ts';
import { SchemaHold } from './schema-hold.ts';
import type { Schemas } from './schemas.ts';
import { watchLag } from './watch-lag.ts';

export interface ConsumedRecord {
  topic: string;
  partition: number;
  offset: number;
  key: string;
  /** null is a tombstone */
  value: Buffer | null;
  timestamp: number;
  headers: Record<string, string>;
}

export interface ConsumeOptions {
  groupId: string;
  topics: string[];
  /** records of one partition, in order; commits when it resolves */
  handle(records: ConsumedRecord[], heartbeat: () => Promise<void>): Promise<void>;
  log: Logger;
  metrics: Metrics;
  ready: Readiness;
  /** called once, when the consumer cannot go on; the process should end */
  fail(error: unknown): void;
  maxRecords?: number;
  /** partitions that are handled at the same time; 1 unless told */
  concurrentPartitions?: number;
  /** where the schema of a record is asked for that this build does not have */
  schemas?: Schemas | undefined;
  /** holds partitions back; see `InputGate` */
  hold?: Pick<InputGateOptions, 'mayBegin' | 'held' | 'begun'>;
}

/** The settings that every consumer of ours has. */
export const CONSUMER_SETTINGS = {
  sessionTimeout: SESSION_TIMEOUT_MS,
  heartbeatInterval: HEARTBEAT_INTERVAL_MS,
  rebalanceTimeout: REBALANCE_TIMEOUT_MS,
  allowAutoTopicCreation: false,
  maxWaitTimeInMs: 500,
  maxBytesPerPartition: 8 * 1024 * 1024,
  retry: { initialRetryTime: 20, maxRetryTime: 2_000, retries: 8 },
};

/**
 * Reads topics at least once: a partition's records in order, committed after `handle` resolved. A group that is new
 * begins at the beginning, or what was acknowledged before it first joined would be lost to it; so does one whose topic
 * went back behind it (`input-gate.ts`).
 *
 * An `InterleaveError` of kind `retry` is tried again with the same records until it passes; any other error ends the
 * consumer through `fail`. What can never be handled belongs into a dead letter, by `handle` itself.
 *
 * A record whose schema is not known is not handed over: its partition is paused until `schemas` has it; others go on.
 */
export async function consume(kafka: Kafka, options: ConsumeOptions): Promise<{ stop(): Promise<void> }> {
  const { log, metrics, ready } = options;
  const consumer = kafka.consumer({ groupId: options.groupId, ...CONSUMER_SETTINGS });
  const handled = metrics.counter('interleave_records_handled_total', 'Records handled', ['topic']);
  const retries = metrics.counter('interleave_records_retried_total', 'Tries that failed and pass', ['code']);
  ready.set('kafka', false, 'joining the group');
  let stopping = false;

  const { schemas, fail } = options;
  const held =
    schemas === undefined
      ? null
      : new SchemaHold({ consumer, schemas, waiting: () => lag.progressed(), fail });
  consumer.on(consumer.events.GROUP_JOIN, () => {
    held?.clear();
    ready.set('kafka', true);
  });
  // A batch of control records or aborted transactions only never reaches `eachBatch`; uncommitted it would look like
  // lag for ever, and like a stall when nothing follows.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize > 0 || stopping) return;
    commit(consumer, payload, Number(payload.lastOffset), gate.metadata(payload)).catch(() => undefined);
  });

  await consumer.connect();
  await consumer.subscribe({ topics: options.topics, fromBeginning: true });
  const lag = watchLag(kafka, options);
  const { groupId, topics, hold } = options;
  const waiting = () => lag.progressed();
  const gate = await InputGate.open(kafka, consumer, { groupId, topics, log, metrics, waiting, ...hold });
  await keepRunning(consumer, {
    run: {
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.concurrentPartitions ?? 1,
      eachBatch: (payload) => handleBatch(consumer, payload),
    },
    isStopping: () => stopping,
    crashed: () => ready.set('kafka', false, 'crashed'),
    fail: (error) => options.fail(asOurs(error)),
  });

  async function handleBatch(member: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const step = options.maxRecords ?? MAX_POLL_RECORDS;
    for (let start = 0; start < batch.messages.length; start += step) {
      if (stopping || !payload.isRunning() || payload.isStale()) return;
      const fetched = batch.messages
        .slice(start, start + step)
        .map((message) => toRecord(batch.topic, batch.partition, message));
      const { known: records, waiting } = schemas?.split(fetched) ?? {
        known: fetched,
        waiting: null,
      };
      const last = records.at(-1);
      if (last !== undefined) {
        if (!(await handleUntilDone(records, payload))) return;
        payload.resolveOffset(String(last.offset));
      }
      if (waiting !== null) held?.hold(waiting.id, waiting.record);
      if (last === undefined) return;
      const isEnd = waiting === null && start + step >= batch.messages.length;
      // The record that ends a transaction follows its records, and is not handed to us.
      const lastOffset = isEnd ? Number(batch.lastOffset()) : last.offset;
      await commit(member, batch, lastOffset, gate.metadata(batch, last));
      handled.inc({ topic: batch.topic }, records.length);
      lag.progressed();
      await payload.heartbeat();
      if (waiting !== null) return;
    }
  }

  /** False where the partition was taken away or the consumer stops meanwhile. */
  async function handleUntilDone(records: ConsumedRecord[], payload: EachBatchPayload): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      try {
        await options.handle(records, payload.heartbeat);
        ready.set('handling', true);
        return true;
      } catch (error) {
        if (!(error instanceof InterleaveError) || error.kind !== 'retry') {
          if (isKafkaError(error)) throw error;
          options.fail(error);
          throw error;
        }
        retries.inc({ code: error.code });
        if (attempt === 0) log.warn({ code: error.code, topic: payload.batch.topic }, 'records.waiting');
        ready.set('handling', false, error.code);
      }
      await sleep(Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(attempt, 10)));
      await payload.heartbeat();
      lag.progressed();
      if (stopping || !payload.isRunning() || payload.isStale()) return false;
    }
  }

  return {
    async stop() {
      stopping = true;
      held?.clear();
      await lag.stop();
      await gate.stop();
      await consumer.disconnect();
    },
  };
}

function commit(
  member: Consumer,
  { topic, partition }: { topic: string; partition: number },
  lastOffset: number,
  metadata: string,
): Promise<void> {
  return member.commitOffsets([{ topic, partition, offset: String(lastOffset + 1), metadata }]);
}

export function toRecord(topic: string, partition: number, message: KafkaMessage): ConsumedRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key?.toString('utf8') ?? '',
    value: message.value,
    timestamp: Number(message.timestamp),
    headers: Object.fromEntries(
      Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value ?? '')]),
    ),
  };
}

/** That the broker was away for long is no mistake of ours: kafkajs gives up, and the next start goes on. */
function asOurs(error: Error): Error {
  return isKafkaError(error)
    ? new InterleaveError('KAFKA_UNAVAILABLE', error.message, { cause: error })
    : error;
}
