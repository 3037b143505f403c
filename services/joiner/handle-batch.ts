import type { Batch, EachBatchPayload } from 'kafkajs';
import { codeOf, ERRORS } from '../../core/errors.ts';
import { toRecord } from '../../platform/kafka/consumer.ts';
import { HEARTBEAT_INTERVAL_MS } from '../../platform/kafka/limits.ts';
import type { SchemaHold } from '../../platform/kafka/schema-hold.ts';
import type { Schemas } from '../../platform/kafka/schemas.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Assignment } from './assignment.ts';
import { MAX_TRANSACTION_RECORDS } from './limits.ts';
import type { JoinerMetrics } from './metrics.ts';
import type { OwnedPartition } from './owned-partition.ts';

/** kafkajs knows what it asked for, and does not say so in its types. */
type FetchedBatch = Batch & { fetchedOffset?: string };

export interface BatchOptions {
  assignment: Assignment;
  schemas: Pick<Schemas, 'split'>;
  held: Pick<SchemaHold, 'hold'>;
  lose(partition: number, owned: OwnedPartition, error: unknown): void;
}

/**
 * Hands what was fetched of one input to its partition, and moves on only when it is committed. What is fetched of a
 * partition that is not ours yet is let go: it will be fetched again after the taking; so is what follows a record whose
 * schema is not known, once it is.
 */
export async function handleBatch(payload: EachBatchPayload, options: BatchOptions): Promise<void> {
  const batch: FetchedBatch = payload.batch;
  const { topic, partition, messages } = batch;
  const owned = options.assignment.get(partition);
  if (owned === undefined || payload.isStale()) return;
  let from = Number(batch.fetchedOffset ?? messages[0]?.offset);
  for (let start = 0; start < messages.length; start += MAX_TRANSACTION_RECORDS) {
    if (!payload.isRunning()) return;
    const fetched = messages
      .slice(start, start + MAX_TRANSACTION_RECORDS)
      .map((message) => toRecord(topic, partition, message));
    const { known: records, waiting } = options.schemas.split(fetched);
    try {
      await whileBeating(owned.submit(topic, from, records), payload.heartbeat);
    } catch (error) {
      options.lose(partition, owned, error);
      return;
    }
    const last = records.at(-1)?.offset ?? from;
    if (records.length > 0) payload.resolveOffset(String(last));
    const isOurs = () => options.assignment.get(partition) === owned;
    if (waiting !== null) return options.held.hold(waiting.id, waiting.record, isOurs);
    from = last + 1;
    await payload.heartbeat();
  }
}

export interface LoseOptions {
  assignment: Assignment;
  metrics: JoinerMetrics;
  log: Logger;
  fail(error: unknown): void;
}

/** After an error of a partition: what passes is tried again by taking it anew, anything else ends the joiner. */
export function lose(
  partition: number,
  owned: OwnedPartition,
  error: unknown,
  { assignment, metrics, log, fail }: LoseOptions,
): void {
  const code = codeOf(error);
  if (ERRORS[code][0] !== 'retry') {
    fail(error);
    return;
  }
  if (assignment.get(partition) !== owned) return;
  log.warn({ partition, code, err: error }, 'joiner.partition.lost');
  metrics.failed.inc({ code });
  assignment.lost(partition, owned);
}

/** Heartbeats go on during a long transaction. That the group rebalances is told by the next heartbeat after it. */
async function whileBeating(work: Promise<void>, heartbeat: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => heartbeat().catch(() => undefined), HEARTBEAT_INTERVAL_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
}
