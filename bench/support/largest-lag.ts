import type { Instance } from '../../cli/up/instance.ts';
import { openElasticsearch } from '../../platform/elasticsearch/client.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { withAdmin } from '../../platform/kafka/topics.ts';
import { readLag } from '../../platform/kafka/watch-lag.ts';
import { createLogger } from '../../platform/process/log.ts';
import { INDEX_ALIASES } from '../../schemas/index/index-names.ts';
import { liveIndex } from '../../schemas/index/physical-indices.ts';
import { streamStages } from '../../schemas/stream-groups.ts';

/** The consumer that is furthest behind, in words: where the pipeline is slowest. */
export async function largestLag(instance: Instance): Promise<string> {
  const kafka = createKafka(instance.kafkaBrokers.split(','), 'bench', createLogger('bench', 'error'));
  const client = openElasticsearch(instance.elasticsearchUrl);
  const live = await liveIndex(client, INDEX_ALIASES).finally(() => client.close());
  const lags = await withAdmin(kafka, (admin) =>
    Promise.all(
      streamStages(live?.names.cases).map(async ({ service, groupId, topics }) => {
        const byTopic = await readLag(admin, groupId, topics);
        return { service, lag: [...byTopic.values()].reduce((sum, lag) => sum + lag, 0) };
      }),
    ),
  );
  const [worst] = lags.sort((a, b) => b.lag - a.lag);
  return worst === undefined || worst.lag === 0
    ? 'no consumer behind'
    : `${worst.service} (${worst.lag} records behind)`;
}
