import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import {
  CONCURRENT_RETRY_MS,
  MAX_SEND_BYTES,
  MAX_SKIPPED_TOGETHER,
  TRANSACTION_TIMEOUT_MS,
} from './limits.ts';

const { CompressionTypes } = kafkajs;
const SKIPPED = 'skipped';

/** Where each input of a partition goes on: topic → offset of the next record. */
export type Positions = ReadonlyMap<string, number>;

export interface PartitionOutput {
  topic: string;
  partition: number;
  /** whose offsets are committed with the records */
  groupId: string;
}

/** The records of one transaction, in the order of their offsets. */
export interface Written {
  /** offsets of each send, from the first to the last record; between them something of others may stand */
  ranges: { first: number; last: number }[];
  /** of the last record */
  last: number;
}

/**
 * The only writer of one partition of `radiology.case`. Every error of `commit` leaves it unusable, and whether the
 * transaction was committed unknown: the partition must be taken again.
 */
export class PartitionProducer {
  readonly #producer: Producer;
  readonly #output: PartitionOutput;

  private constructor(producer: Producer, output: PartitionOutput) {
    this.#producer = producer;
    this.#output = output;
  }

  /**
   * Ends what any predecessor with this transactional id has begun, and shuts it out. Only `transaction()` does
   * (InitProducerId, KIP-98); `connect()` does not.
   */
  static async fence(
    kafka: Kafka,
    transactionalId: string,
    output: PartitionOutput,
  ): Promise<PartitionProducer> {
    const producer = kafka.producer({
      transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    try {
      await producer.connect();
      const first = await producer.transaction();
      await first.abort();
      return new PartitionProducer(producer, output);
    } catch (cause) {
      await producer.disconnect().catch(() => undefined);
      throw new InterleaveError('KAFKA_UNAVAILABLE', kafkaType(cause), { cause });
    }
  }

  /**
   * Writes the records (null: a tombstone) and the inputs' offsets, all or nothing. Resolves with where the records
   * stand, or null where there was none. Throws `PRODUCER_FENCED` or `KAFKA_UNAVAILABLE`.
   */
  async commit(records: ReadonlyMap<string, Buffer | null>, positions: Positions): Promise<Written | null> {
    const { topic, partition, groupId } = this.#output;
    try {
      const transaction = await this.#producer.transaction();
      const ranges: Written['ranges'] = [];
      for (const messages of split(records, partition)) {
        const [metadata] = await transaction.send({ topic, acks: -1, messages });
        const first = Number(metadata?.baseOffset);
        ranges.push({ first, last: first + messages.length - 1 });
      }
      const topics = [...positions].map(([input, offset]) => ({
        topic: input,
        partitions: [{ partition, offset: String(offset) }],
      }));
      await whenLastOneEnded(() => transaction.sendOffsets({ consumerGroupId: groupId, topics }));
      await transaction.commit();
      const last = ranges.at(-1)?.last;
      return last === undefined ? null : { ranges, last };
    } catch (cause) {
      const code = isFenced(cause) ? 'PRODUCER_FENCED' : 'KAFKA_UNAVAILABLE';
      throw new InterleaveError(code, kafkaType(cause), { cause });
    }
  }

  /**
   * Makes the next offset at least this one, by records of transactions that are aborted: nobody ever reads them, and
   * compaction takes them away. Whatever was numbered by a longer log before stays older than what comes.
   */
  async skipTo(offset: number, end: () => Promise<number>): Promise<void> {
    const { topic, partition } = this.#output;
    for (let next = await end(); next < offset; next = await end()) {
      const count = Math.min(MAX_SKIPPED_TOGETHER, offset - next);
      const transaction = await this.#producer.transaction();
      const messages = Array.from({ length: count }, () => ({ key: SKIPPED, value: '', partition }));
      await transaction.send({ topic, acks: -1, compression: CompressionTypes.GZIP, messages });
      await transaction.abort();
    }
  }

  async disconnect(): Promise<void> {
    await this.#producer.disconnect();
  }
}

/**
 * The broker confirms the end of a transaction before it has written it everywhere, and until then refuses what would
 * begin the next: the client is to ask again. kafkajs does so for records, but not for offsets.
 */
async function whenLastOneEnded(begin: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + TRANSACTION_TIMEOUT_MS; ; await sleep(CONCURRENT_RETRY_MS))
    try {
      await begin();
      return;
    } catch (error) {
      const passes = typeOf(error) === 'CONCURRENT_TRANSACTIONS';
      if (!passes || Date.now() > deadline) throw error;
    }
}

interface CaseMessage {
  key: string;
  value: Buffer | null;
  partition: number;
}

function* split(records: ReadonlyMap<string, Buffer | null>, partition: number): Generator<CaseMessage[]> {
  let messages: CaseMessage[] = [];
  let bytes = 0;
  for (const [key, value] of records) {
    const length = value?.length ?? 0;
    if (messages.length > 0 && bytes + length > MAX_SEND_BYTES) {
      yield messages;
      messages = [];
      bytes = 0;
    }
    messages.push({ key, value, partition });
    bytes += length;
  }
  if (messages.length > 0) yield messages;
}

const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'TRANSACTION_COORDINATOR_FENCED']);

function isFenced(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return FENCED.has(typeOf(error) ?? '') || isFenced(error.cause);
}

/** What the broker said, for the log, which leaves causes out. */
function kafkaType(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const type = `(${typeOf(error) ?? error.name})`;
  return error.cause === undefined ? type : (kafkaType(error.cause) ?? type);
}

/** The protocol's name of an error that a broker answered. */
function typeOf(error: unknown): string | undefined {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;
}
