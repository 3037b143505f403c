import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Kafka } from 'kafkajs';
import { z } from 'zod';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { Logger } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import { MAX_BACKOFF_MS } from './limits.ts';
import { checkLog, type LogMark, markOf } from './log-mark.ts';
import { PartitionReader } from './read-partition.ts';
import { withAdmin } from './topics.ts';

export interface InputGateOptions {
  groupId: string;
  topics: string[];
  log: Logger;
  metrics: Metrics;
  /** Rejects while a partition may not be read yet, for a reason that is then told and waited for. */
  mayBegin?(partition: number): Promise<void>;
  /** told of what `mayBegin` rejected with */
  held?(partition: number, error: unknown): void;
  begun?(partition: number): void;
  /** called while partitions wait */
  waiting(): void;
}

interface Place {
  topic: string;
  partition: number;
}

/**
 * Lets a consumer read a partition only once its log is seen to be the one that the group has read: each commit carries a
 * mark of the last record. Where the log went back (`checkLog`) it is told, and read again from its beginning: behind
 * where the group stands now there may be records that nobody has read. Repeats are harmless.
 */
export class InputGate {
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #reader: PartitionReader;
  readonly #options: InputGateOptions;
  readonly #wentBack;
  readonly #marks = new Map<string, LogMark>();
  #round = 0;

  private constructor(kafka: Kafka, consumer: Consumer, reader: PartitionReader, options: InputGateOptions) {
    this.#kafka = kafka;
    this.#consumer = consumer;
    this.#reader = reader;
    this.#options = options;
    this.#wentBack = options.metrics.counter(
      'interleave_log_went_back_total',
      'Partitions that were read again from their beginning',
      ['topic'],
    );
  }

  /** Before the consumer runs. */
  static async open(kafka: Kafka, consumer: Consumer, options: InputGateOptions): Promise<InputGate> {
    const gate = new InputGate(kafka, consumer, await PartitionReader.connect(kafka), options);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => gate.#joined(payload.memberAssignment));
    return gate;
  }

  /** What is committed with the offset behind these records; what was committed before, where there are none. */
  metadata(place: Place, last?: { offset: number; key: string; value: Buffer | null }): string {
    if (last !== undefined) this.#marks.set(nameOf(place), markOf(last));
    const mark = this.#marks.get(nameOf(place));
    return mark === undefined ? '' : JSON.stringify(mark);
  }

  async stop(): Promise<void> {
    this.#round += 1;
    await this.#reader.disconnect();
  }

  #joined(assignment: Record<string, number[]>): void {
    this.#round += 1;
    const round = this.#round;
    const places = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    for (const { topic, partition } of places) this.#consumer.pause([{ topic, partitions: [partition] }]);
    for (const place of places) void this.#begin(place, round);
  }

  async #begin(place: Place, round: number): Promise<void> {
    const { log, mayBegin, held, begun, waiting } = this.#options;
    const { topic, partition } = place;
    while (round === this.#round) {
      try {
        await mayBegin?.(partition);
        const from = await this.#beginning(place);
        if (round !== this.#round) return;
        if (from !== null) this.#consumer.seek({ topic, partition, offset: String(from) });
        this.#consumer.resume([{ topic, partitions: [partition] }]);
        begun?.(partition);
        return;
      } catch (error) {
        if (round !== this.#round) return;
        if (codeOf(error) === 'LOG_WENT_BACK') held?.(partition, error);
        else log.warn({ code: codeOf(error), topic, partition }, 'partition.waiting');
        waiting();
      }
      await sleep(MAX_BACKOFF_MS, undefined, { ref: false });
    }
  }

  /** Where to read from when it is not where the group stands. */
  async #beginning(place: Place): Promise<number | null> {
    const { groupId, log } = this.#options;
    const { topic, partition } = place;
    const { offset, metadata } = await withAdmin(this.#kafka, async (admin) => {
      const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const found = answer?.partitions.find((one) => one.partition === partition);
      return { offset: Number(found?.offset ?? -1), metadata: found?.metadata ?? '' };
    });
    if (offset < 0) return null;
    const mark = readMark(metadata);
    if (mark !== null) this.#marks.set(nameOf(place), mark);
    try {
      await checkLog(this.#reader, topic, partition, { next: offset, marks: mark === null ? [] : [mark] });
      return null;
    } catch (error) {
      if (codeOf(error) !== 'LOG_WENT_BACK') throw error;
      const { low, high } = await this.#reader.ends(topic, partition);
      const code: ErrorCode = 'LOG_WENT_BACK';
      log.error(
        { code, topic, partition, committed: offset, end: high, from: low, err: error },
        'log.went.back',
      );
      this.#wentBack.inc({ topic });
      return low;
    }
  }
}

const markSchema = z.object({ offset: z.number(), key: z.string(), digest: z.string() });

/** Null where there is none, as of a commit of an earlier version. */
export function readMark(metadata: string): LogMark | null {
  try {
    return markSchema.parse(JSON.parse(metadata));
  } catch {
    return null;
  }
}

function nameOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}
