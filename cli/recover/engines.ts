import { startEngines } from '../../infra/embedded/start-engines.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import type { Step } from '../bootstrap.ts';

export interface Engines {
  kafkaBrokers: string;
  elasticsearchUrl: string;
  stop(): Promise<void>;
}

/** A site's own, where INTERLEAVE_KAFKA_BROKERS names it; else those of the data folder, started for as long as needed. */
export async function openEngines(dataDir: string, step: Step): Promise<Engines> {
  if (process.env['INTERLEAVE_KAFKA_BROKERS']) {
    const { kafkaBrokers, elasticsearchUrl } = loadConfig(commonConfig);
    return { kafkaBrokers: kafkaBrokers.join(','), elasticsearchUrl, stop: async () => undefined };
  }
  return step('Starting Kafka and Elasticsearch', () => startEngines({ dataDir }));
}
