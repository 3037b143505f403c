import type { Kafka } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import type { Logger } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import { Stall } from './stall.ts';

const CHECK_INTERVAL_MS = 15_000;

/**
 * Measures how far a group is behind, and ends the process when it is behind and commits nothing (`stall.ts`): kafkajs consumers
 * have been seen to stop silently. `progressed` is called at every commit.
 */
export function watchLag(
  kafka: Kafka,
  options: {
    groupId: string;
    topics: string[];
    log: Logger;
    metrics: Metrics;
    fail(error: unknown): void;
  },
): { progressed(): void; stop(): Promise<void> } {
  const gauge = options.metrics.gauge('interleave_consumer_lag_records', 'Records not yet handled', [
    'group',
    'topic',
  ]);
  const admin = kafka.admin();
  const connected = admin.connect();
  connected.catch(() => undefined);
  const stall = new Stall(Date.now());

  const check = async (): Promise<void> => {
    await connected;
    const lags = await readLag(admin, options.groupId, options.topics);
    for (const [topic, lag] of lags) gauge.set({ group: options.groupId, topic }, lag);
    const behind = [...lags.values()].some((lag) => lag > 0);
    if (stall.saw(behind, Date.now()))
      options.fail(new InterleaveError('INTERNAL', `The consumer ${options.groupId} has stalled.`));
  };
  const timer = setInterval(() => {
    check().catch((error: unknown) => {
      stall.saw(null, Date.now());
      options.log.debug({ err: error }, 'lag.unknown');
    });
  }, CHECK_INTERVAL_MS);
  timer.unref();

  return {
    progressed() {
      stall.progressed(Date.now());
    },
    async stop() {
      clearInterval(timer);
      await connected.catch(() => undefined);
      await admin.disconnect().catch(() => undefined);
    },
  };
}

/** Records behind the end of each topic, over all partitions; a partition without a commit counts from its start. */
export async function readLag(
  admin: ReturnType<Kafka['admin']>,
  groupId: string,
  topics: string[],
): Promise<Map<string, number>> {
  const committed = await admin.fetchOffsets({ groupId, topics });
  const lags = new Map<string, number>();
  for (const { topic, partitions } of committed) {
    const ends = await admin.fetchTopicOffsets(topic);
    let lag = 0;
    for (const { partition, high, low } of ends) {
      const offset = Number(partitions.find((candidate) => candidate.partition === partition)?.offset ?? -1);
      lag += Math.max(0, Number(high) - (offset < 0 ? Number(low) : offset));
    }
    lags.set(topic, lag);
  }
  return lags;
}
