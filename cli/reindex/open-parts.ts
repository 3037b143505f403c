import { codeOf, InterleaveError } from '../../core/errors.ts';
import type { ReindexParts } from '../../infra/reindex.ts';
import { openElasticsearch, SET_UP_TIMEOUT_MS } from '../../platform/elasticsearch/client.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { clusterIdOf } from '../../platform/kafka/cluster-id.ts';
import { commonConfig, loadConfig, text } from '../../platform/process/config.ts';
import { createLogger } from '../../platform/process/log.ts';
import { INDEX_ALIASES } from '../../schemas/index/index-names.ts';
import { askedInstance, namesBrokers } from '../up/asked-instance.ts';
import type { VerbInput } from '../verb.ts';

/** Opens the engines of the system that a verb is meant for, and closes them behind `use`. Throws `NOT_RUNNING`. */
export async function withReindexParts<T>(
  input: VerbInput,
  use: (parts: ReindexParts) => Promise<T>,
): Promise<T> {
  const { kafkaBrokers, elasticsearchUrl, ...aliases } = loadConfig({
    kafkaBrokers: commonConfig.kafkaBrokers,
    elasticsearchUrl: commonConfig.elasticsearchUrl,
    casesAlias: text(INDEX_ALIASES.casesAlias),
    analysisAlias: text(INDEX_ALIASES.analysisAlias),
  });
  const instance = askedInstance(input, namesBrokers());
  const brokers = instance?.kafkaBrokers.split(',') ?? kafkaBrokers;
  const log = createLogger('cli', 'silent');
  const kafka = createKafka(brokers, 'interleave-cli', log);
  const client = openElasticsearch(instance?.elasticsearchUrl ?? elasticsearchUrl, SET_UP_TIMEOUT_MS);
  try {
    return await use({ client, kafka, brokers, kafkaCluster: await clusterIdOf(kafka), aliases, log });
  } catch (error) {
    if (codeOf(error) !== 'KAFKA_UNAVAILABLE' || instance !== undefined || namesBrokers()) throw error;
    throw new InterleaveError(
      'NOT_RUNNING',
      'Nothing runs here, and nothing answers at the usual addresses.',
      {
        cause: error,
      },
    );
  } finally {
    await client.close();
  }
}
