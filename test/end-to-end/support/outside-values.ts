import { createKafka } from '../../../platform/kafka/client.ts';
import { PartitionReader } from '../../../platform/kafka/read-partition.ts';
import { withAdmin } from '../../../platform/kafka/topics.ts';
import { createLogger } from '../../../platform/process/log.ts';

/** Topic and key of every record on a broker. */
export async function recordKeys(brokers: string): Promise<string[]> {
  const kafka = createKafka(brokers.split(','), 'test-record-keys', createLogger('test', 'silent'));
  const { topics } = await withAdmin(kafka, (admin) => admin.fetchTopicMetadata());
  const reader = await PartitionReader.connect(kafka);
  const keys: string[] = [];
  try {
    for (const { name, partitions } of topics.filter((topic) => topic.name.startsWith('radiology.')))
      for (const { partitionId } of partitions) {
        const { low, high } = await reader.ends(name, partitionId);
        await reader.read(name, partitionId, low, high, async (records) => {
          keys.push(...records.map(({ key }) => `${name} ${key}`));
        });
      }
  } finally {
    await reader.disconnect();
  }
  return keys;
}

/** The ids of all documents behind an alias, at most 10,000. */
export async function documentIds(elasticsearchUrl: string, alias: string): Promise<string[]> {
  const answer = await fetch(`${elasticsearchUrl}/${alias}/_search?size=10000&_source=false`);
  const { hits } = (await answer.json()) as { hits: { hits: { _id: string }[] } };
  return hits.hits.map(({ _id }) => _id);
}
