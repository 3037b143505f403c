import type { Kafka, Producer } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import type { Logger } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import {
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_QUEUED_BYTES,
  MAX_QUEUED_RECORDS,
  MAX_RECORD_VALUE_BYTES,
  SEND_TIMEOUT_MS,
} from './limits.ts';

export interface ProducedRecord {
  key: string;
  /** null writes a tombstone */
  value: Buffer | null;
  headers?: Record<string, string>;
}

interface Waiting {
  topic: string;
  record: ProducedRecord;
  bytes: number;
  timer: NodeJS.Timeout;
  settled: boolean;
  resolve: () => void;
  reject: (error: InterleaveError) => void;
}

export interface ProducerLimits {
  maxQueuedRecords: number;
  maxQueuedBytes: number;
  sendTimeoutMs: number;
}

const LIMITS: ProducerLimits = {
  maxQueuedRecords: MAX_QUEUED_RECORDS,
  maxQueuedBytes: MAX_QUEUED_BYTES,
  sendTimeoutMs: SEND_TIMEOUT_MS,
};

/**
 * Writes events with `acks=all`. One batch is under way at a time and the next gathers meanwhile: a lone record leaves
 * at once, a crowd leaves in batches, and the order of one key holds.
 *
 * Not idempotent on purpose: kafkajs gives the batch after one that timed out the same sequence number, so that the
 * broker can take new records for a repeat and confirm what it never wrote. A repeat is harmless here (ids are
 * deterministic, the merge is idempotent), a loss is not.
 */
export class EventProducer {
  readonly #producer: Producer;
  readonly #limits: ProducerLimits;
  readonly #sent;
  readonly #seconds;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #sending: Promise<void> | null = null;

  private constructor(producer: Producer, metrics: Metrics, limits: ProducerLimits) {
    this.#producer = producer;
    this.#limits = limits;
    this.#sent = metrics.counter('interleave_events_sent_total', 'Records sent to Kafka', [
      'topic',
      'outcome',
    ]);
    this.#seconds = metrics.histogram(
      'interleave_event_send_seconds',
      'Time of one batch to Kafka',
      [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
    );
  }

  /** Throws `KAFKA_UNAVAILABLE`. */
  static async connect(
    kafka: Kafka,
    log: Logger,
    metrics: Metrics,
    limits: Partial<ProducerLimits> = {},
  ): Promise<EventProducer> {
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      retry: { initialRetryTime: 20, maxRetryTime: 500, retries: 5 },
    });
    try {
      await producer.connect();
    } catch (cause) {
      throw new InterleaveError('KAFKA_UNAVAILABLE', undefined, { cause });
    }
    log.debug('producer.connected');
    return new EventProducer(producer, metrics, { ...LIMITS, ...limits });
  }

  /**
   * Resolves when all in-sync replicas have the record. Rejects with `KAFKA_UNAVAILABLE` when that is not known after
   * the time limit (it may have landed), `KAFKA_BUSY` when too much is waiting, `EVENT_TOO_LARGE`.
   */
  send(topic: string, record: ProducedRecord): Promise<void> {
    const bytes = (record.value?.length ?? 0) + record.key.length;
    if (bytes > MAX_RECORD_VALUE_BYTES) return Promise.reject(new InterleaveError('EVENT_TOO_LARGE'));
    if (
      this.#queue.length >= this.#limits.maxQueuedRecords ||
      this.#queuedBytes + bytes > this.#limits.maxQueuedBytes
    )
      return Promise.reject(new InterleaveError('KAFKA_BUSY'));
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        topic,
        record,
        bytes,
        settled: false,
        resolve,
        reject,
        timer: setTimeout(
          () => this.#settle(waiting, new InterleaveError('KAFKA_UNAVAILABLE')),
          this.#limits.sendTimeoutMs,
        ),
      };
      this.#queue.push(waiting);
      this.#queuedBytes += bytes;
      this.#sending ??= this.#drain();
    });
  }

  /** Waits for what is under way. */
  async disconnect(): Promise<void> {
    await this.#sending;
    await this.#producer.disconnect();
  }

  async #drain(): Promise<void> {
    // One turn of the event loop, so that records sent together leave together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      if (batch.length > 0) await this.#sendBatch(batch);
    }
    this.#sending = null;
  }

  #takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    while (this.#queue.length > batch.length && batch.length < MAX_BATCH_RECORDS) {
      const next = this.#queue[batch.length];
      if (next === undefined || (batch.length > 0 && bytes + next.bytes > MAX_BATCH_BYTES)) break;
      batch.push(next);
      bytes += next.bytes;
    }
    this.#queue.splice(0, batch.length);
    this.#queuedBytes -= bytes;
    // What was given up while it waited is not sent any more: its sender will send it again.
    return batch.filter((waiting) => !waiting.settled);
  }

  async #sendBatch(batch: Waiting[]): Promise<void> {
    const topics = [...new Set(batch.map((waiting) => waiting.topic))];
    const stop = this.#seconds.startTimer();
    try {
      await this.#producer.sendBatch({
        acks: -1,
        timeout: this.#limits.sendTimeoutMs,
        topicMessages: topics.map((topic) => ({
          topic,
          messages: batch.filter((waiting) => waiting.topic === topic).map(({ record }) => record),
        })),
      });
      for (const waiting of batch) this.#settle(waiting, null);
    } catch (cause) {
      const error = new InterleaveError('KAFKA_UNAVAILABLE', undefined, { cause });
      for (const waiting of batch) this.#settle(waiting, error);
    } finally {
      stop();
    }
  }

  #settle(waiting: Waiting, error: InterleaveError | null): void {
    if (waiting.settled) return;
    waiting.settled = true;
    clearTimeout(waiting.timer);
    this.#sent.inc({ topic: waiting.topic, outcome: error === null ? 'confirmed' : 'failed' });
    if (error === null) waiting.resolve();
    else waiting.reject(error);
  }
}
