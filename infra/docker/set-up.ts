/**
 * Runs once before the services where nobody runs `interleave up` (docker-compose.yml, Kubernetes): the site secret,
 * topics, indices. What is there already stays as it is.
 */
import { mkdir } from 'node:fs/promises';
import { commonConfig, flag, loadConfig, positiveInt } from '../../platform/process/config.ts';
import { createLogger } from '../../platform/process/log.ts';
import { PRIVATE_UMASK } from '../../platform/process/private-folder.ts';
import { indexerGroup } from '../../schemas/index/index-names.ts';
import { ensureActToken } from '../act-token.ts';
import { setUpElasticsearch } from '../elasticsearch/setup.ts';
import { forgetGroup } from '../kafka/forget-group.ts';
import { liveEncoders } from '../kafka/live-generations.ts';
import { setUpKafka } from '../kafka/setup.ts';
import { ensureSiteSecret } from '../site-secret.ts';

const log = createLogger('set-up');
try {
  const config = loadConfig({ ...commonConfig, replication: positiveInt(1), rebuildIndex: flag(false) });
  process.umask(PRIVATE_UMASK);
  await mkdir(config.dataDir, { recursive: true });
  await ensureActToken(config.dataDir);
  if (config.siteSecretFile === '') await ensureSiteSecret(config.dataDir);
  const { kafkaBrokers: brokers, partitions, replication, schemaRegistryUrl } = config;
  const promise = await setUpKafka({ brokers, partitions, replication, schemaRegistryUrl }, log);
  await setUpElasticsearch(config.elasticsearchUrl, log, {
    kafkaCluster: promise.clusterId,
    live: await liveEncoders(config.kafkaBrokers, log),
    rebuild: config.rebuildIndex,
    forget: ({ cases }) => forgetGroup(config.kafkaBrokers, indexerGroup(cases), log),
  });
  log.info({ ...promise }, 'set-up.done');
} catch (error) {
  log.fatal({ err: error }, 'set-up.failed');
  process.exitCode = 1;
}
