import type { Kafka } from 'kafkajs';
import { withAdmin } from './topics.ts';

/**
 * The id that Kafka gave itself when its first broker was formatted. Another id means other data: offsets of one cluster
 * say nothing in another. Throws `KAFKA_UNAVAILABLE`.
 */
export function clusterIdOf(kafka: Kafka): Promise<string> {
  return withAdmin(kafka, async (admin) => (await admin.describeCluster()).clusterId);
}
