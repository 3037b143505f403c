import type { Consumer, ConsumerRunConfig } from 'kafkajs';
import { COORDINATOR_RETRY_MS } from './limits.ts';

export interface KeepRunningOptions {
  run: ConsumerRunConfig;
  isStopping(): boolean;
  /** told of every crash; kafkajs starts the consumer again by itself after most */
  crashed(): void;
  /** an error that trying again does not help */
  fail(error: Error): void;
}

/**
 * Runs a consumer, and again after what kafkajs takes for a final error: a coordinator that is not there yet. A broker that
 * has just come back has one soon, and one that goes away once more meanwhile is waited for. Throws where the first run
 * cannot begin.
 */
export async function keepRunning(consumer: Consumer, options: KeepRunningOptions): Promise<void> {
  const { isStopping, crashed, fail } = options;
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    crashed();
    if (payload.restart || isStopping()) return;
    if (payload.error.name === 'KafkaJSGroupCoordinatorNotFound') rejoin();
    else fail(payload.error);
  });
  await run();

  function rejoin(): void {
    const failed = (error: Error) => (isKafkaError(error) ? rejoin() : fail(error));
    setTimeout(() => run().catch(failed), COORDINATOR_RETRY_MS);
  }

  async function run(): Promise<void> {
    if (isStopping()) return;
    await consumer.connect();
    await consumer.run(options.run);
  }
}

/** Errors of kafkajs itself (a rebalance, a lost coordinator) are handled by kafkajs. */
export function isKafkaError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS');
}
