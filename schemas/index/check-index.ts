import { isDeepStrictEqual } from 'node:util';
import { type Client, errors } from '@elastic/elasticsearch';
import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import type { IndexDefinition } from './index-definition.ts';

/** What both sentences end with: an index is a view and can be made anew. */
const REMEDY =
  'make the indices anew from radiology.case with `npx interleave up --rebuild-index` (INTERLEAVE_REBUILD_INDEX=true where infra/docker/set-up.ts runs)';

/**
 * Throws `INDEX_MISMATCH` unless the physical index exists with the `_meta` of this version, and `INDEX_OF_OTHER_KAFKA`
 * where it was filled from another cluster. The versions of its documents are offsets: those of a new cluster begin at 0,
 * so that everything new would count as stale, for ever and without a word.
 */
export async function checkIndex<M>(
  client: Client,
  index: string,
  definition: IndexDefinition<M>,
  kafkaCluster: string,
): Promise<M> {
  const found = await readMeta(client, index);
  if (found === undefined) throw new InterleaveError('INDEX_MISMATCH', `${index} does not exist: ${REMEDY}.`);
  const { kafka_cluster: cluster, ...meta } = storedMeta.parse(found ?? {});
  if (!isDeepStrictEqual(meta, definition.meta))
    throw new InterleaveError(
      'INDEX_MISMATCH',
      `${index} has ${JSON.stringify(meta)}, this version needs ${JSON.stringify(definition.meta)}: ${REMEDY}.`,
    );
  if (cluster !== kafkaCluster)
    throw new InterleaveError(
      'INDEX_OF_OTHER_KAFKA',
      `${index} was filled from ${cluster}, this is ${kafkaCluster}: bring the data of that Kafka back, or ${REMEDY}; what only the other held will not be found any more.`,
    );
  return definition.meta;
}

const storedMeta = z.looseObject({ kafka_cluster: z.string().default('an unknown one') });

/** Undefined where there is no such index. */
export async function readMeta(client: Client, index: string): Promise<unknown> {
  try {
    const answer = await client.indices.getMapping({ index });
    return answer[index]?.mappings._meta ?? null;
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 404) return undefined;
    throw error;
  }
}
