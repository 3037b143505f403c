import { join } from 'node:path';
import { openElasticsearch } from '../../platform/elasticsearch/client.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { clusterIdOf } from '../../platform/kafka/cluster-id.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { PartitionReader } from '../../platform/kafka/read-partition.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import { readSecret } from '../../platform/process/files.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { casesMappingVersion } from '../../schemas/index/index-definition.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS, topicsOf } from '../../schemas/topics.ts';
import type { Config } from './config.ts';
import { FollowIndices } from './follow-indices.ts';

/**
 * Writes every case of `radiology.case` into each build of the clinical and the analysts' view that is there. Tests give a
 * topic of their own.
 */
export async function start(
  config: Config,
  context: ServiceContext,
  topic: string = TOPICS.case,
): Promise<RunningService> {
  const { log, metrics } = context;
  const secret = await readSecret(config.siteSecretFile || join(config.dataDir, 'site-secret'));
  const client = openElasticsearch(config.elasticsearchUrl);
  const kafka = createKafka(config.kafkaBrokers, 'interleave-indexer', log);
  await checkTopics(kafka, topicsOf('indexer', [topic]), config.partitions);
  const schemas = await Schemas.published(schemaOptions(kafka, config, context));
  const reader = await PartitionReader.connect(kafka);
  const producer = await EventProducer.connect(kafka, log, metrics);
  const close = async () => {
    await reader.disconnect();
    await producer.disconnect();
    await client.close();
  };
  const parts = { client, kafka, schemas, reader, producer, topic, secret, partitions: config.partitions };
  const needed = { mapping_version: await casesMappingVersion(), kafka_cluster: await clusterIdOf(kafka) };
  try {
    const indices = await FollowIndices.start(parts, config, needed, context);
    return {
      async stop() {
        await indices.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
