import type { Kafka } from 'kafkajs';
import { createKafka } from '../platform/kafka/client.ts';
import { createLogger } from '../platform/process/log.ts';

/** A broker that shares two cores with all other tests can stand still for ten seconds and be well. */
const PATIENCE_MS = 30_000;

/** Kafka as a test itself asks it, beside the client of what is tested: silent, and with more patience. */
export function testKafka(brokers: readonly string[]): Kafka {
  return createKafka([...brokers], 'interleave-test', createLogger('test', 'fatal'), {
    requestTimeoutMs: PATIENCE_MS,
  });
}
