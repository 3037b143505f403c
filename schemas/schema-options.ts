import type { Kafka } from 'kafkajs';
import type { SchemasOptions } from '../platform/kafka/schemas.ts';
import { TOPICS } from './topics.ts';

/** Where the schemas of all builds are kept: on our topic, or in the site's own registry. */
export function schemaOptions(
  kafka: Kafka,
  config: { schemaRegistryUrl: string },
  { log, metrics, ready }: Pick<SchemasOptions, 'log' | 'metrics' | 'ready'>,
): SchemasOptions {
  return { kafka, topic: TOPICS.schema, registryUrl: config.schemaRegistryUrl, log, metrics, ready };
}
