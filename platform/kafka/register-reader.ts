import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import type { Logger } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import type { Readiness } from '../process/readiness.ts';
import type { FetchedRecord } from './fetched-records.ts';
import { MAX_REGISTER_RECORDS, REGISTER_LATE_MS, REGISTER_POLL_MS } from './limits.ts';
import { PartitionReader } from './read-partition.ts';
import type { Schemas } from './schemas.ts';

export interface RegisterOptions {
  kafka: Kafka;
  topic: string;
  /**
   * Takes records in order; may be given the same again. Returns how many distinct entries are kept by now: what repeats
   * one, or counts for nothing, costs nothing. What it throws ends the service through `fail`.
   */
  apply(records: readonly FetchedRecord[]): number;
  /** where the schema of a record is asked for that this build does not have */
  schemas?: Schemas | undefined;
  log: Logger;
  metrics: Metrics;
  ready: Readiness;
  fail(error: unknown): void;
  /** called while the schema of a record is waited for */
  waiting?: () => void;
  /** how many entries may be kept; `MAX_REGISTER_RECORDS` unless told */
  maxRecords?: number;
}

/**
 * Follows a register: a compacted topic of one partition that is kept for ever. It is read whole from the beginning,
 * without a consumer group, since every process needs all of it; then its end is looked at again and again.
 *
 * Readiness names the topic: not ready until it was read to the end that it had at the start, and again when nothing could
 * be read of it for `REGISTER_LATE_MS`. What is known by then stays known: nothing can be confirmed to a sender
 * while Kafka is away, so that nothing confirmed is missed.
 *
 * A record whose schema is not known is waited for: what follows it is not read before.
 *
 * One with more entries than may be kept is told with `REGISTER_TOO_LARGE` and read no further: what is known stays known,
 * readiness is false, and it counts as not whole, until the process is started with room for it. It does not end the
 * process, which would only end again after each start.
 */
export class RegisterReader {
  readonly #options: RegisterOptions;
  readonly #stopping = new AbortController();
  readonly #run: Promise<void>;
  readonly #whole: Promise<void>;
  #resolveWhole: () => void = () => undefined;
  #rejectWhole: (error: Error) => void = () => undefined;
  #isWhole = false;
  /** the offset that is read next */
  #next = 0;
  /** distinct ones that the owner keeps */
  #entries = 0;
  #isTooLarge = false;
  #readAt = Date.now();

  constructor(options: RegisterOptions) {
    this.#options = options;
    this.#whole = new Promise((resolve, reject) => {
      this.#resolveWhole = resolve;
      this.#rejectWhole = reject;
    });
    this.#whole.catch(() => undefined); // nobody may be waiting
    options.ready.set(options.topic, false, 'being read');
    this.#run = this.#follow();
  }

  /** Whether it was read to the end that it had at the start, and no entry was left out since. */
  get isWhole(): boolean {
    return this.#isWhole && !this.#isTooLarge;
  }

  /** Resolves when it was read so far. Throws `KAFKA_UNAVAILABLE` where the reader is stopped before. */
  whole(): Promise<void> {
    return this.#whole;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    let reader: PartitionReader | null = null;
    while (!signal.aborted) {
      try {
        reader ??= await PartitionReader.connect(this.#options.kafka);
        await this.#catchUp(reader);
        this.#succeeded();
      } catch (error) {
        if (error instanceof TooLarge) {
          this.#tooLarge();
          await stopped(signal);
          break;
        }
        if (error instanceof NotApplied) {
          this.#options.fail(error.cause);
          break;
        }
        this.#failed(error);
        await reader?.disconnect().catch(() => undefined);
        reader = null;
      }
      await sleep(REGISTER_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    this.#rejectWhole(new InterleaveError('KAFKA_UNAVAILABLE', 'The register was not read to its end.'));
    await reader?.disconnect().catch(() => undefined);
  }

  async #catchUp(reader: PartitionReader): Promise<void> {
    const { topic, log } = this.#options;
    const { low, high } = await reader.ends(topic, 0);
    if (high < this.#next) {
      log.error({ topic, read: this.#next, end: high }, 'register.went.back');
      this.#next = 0;
    }
    await reader.read(topic, 0, Math.max(low, this.#next), high, async (records, next) => {
      await this.#untilKnown(records);
      this.#apply(records);
      this.#next = next;
    });
  }

  async #untilKnown(records: readonly FetchedRecord[]): Promise<void> {
    const { topic, schemas, waiting } = this.#options;
    const { signal } = this.#stopping;
    for (;;) {
      const missing = schemas?.split(records).waiting ?? null;
      if (schemas === undefined || missing === null) return;
      const { id, record } = missing;
      if (!(await schemas.until(id, { topic, partition: 0, offset: record.offset }, { signal, waiting })))
        throw new InterleaveError('KAFKA_UNAVAILABLE', 'The register is not read any more.');
    }
  }

  #apply(records: readonly FetchedRecord[]): void {
    const { topic, apply, metrics, maxRecords = MAX_REGISTER_RECORDS } = this.#options;
    try {
      this.#entries = apply(records);
    } catch (cause) {
      throw new NotApplied(cause);
    }
    metrics
      .gauge('interleave_register_records', 'Distinct entries of a register that the process keeps', [
        'topic',
      ])
      .set({ topic }, this.#entries);
    if (this.#entries > maxRecords) throw new TooLarge();
  }

  #tooLarge(): void {
    const { topic, ready, log } = this.#options;
    this.#isTooLarge = true;
    log.error({ topic, entries: this.#entries, code: 'REGISTER_TOO_LARGE' }, 'register.too.large');
    ready.set(topic, false, 'REGISTER_TOO_LARGE');
  }

  #succeeded(): void {
    const { topic, ready, log } = this.#options;
    this.#readAt = Date.now();
    ready.set(topic, true);
    if (this.#isWhole) return;
    this.#isWhole = true;
    log.info({ topic, entries: this.#entries }, 'register.read');
    this.#resolveWhole();
  }

  #failed(error: unknown): void {
    const { topic, ready, log } = this.#options;
    const seconds = Math.round((Date.now() - this.#readAt) / 1000);
    if (Date.now() - this.#readAt < REGISTER_LATE_MS) return;
    log.warn({ topic, seconds, code: codeOf(error), err: error }, 'register.late');
    ready.set(topic, false, `not read for ${seconds} s`);
  }
}

/** What the owner of the register could not take: not a trouble of Kafka's. */
class NotApplied extends Error {
  constructor(cause: unknown) {
    super('a register was not applied', { cause });
  }
}

/** It holds more than may be kept. */
class TooLarge extends Error {}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
