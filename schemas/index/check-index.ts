import { type Client, errors } from '@elastic/elasticsearch';
import { InterleaveError } from '../../core/errors.ts';

/** What both sentences end with: an index is a view and can be made anew. */
const REMEDY =
  'make the indices anew from radiology.case with `npx interleave up --rebuild-index` (INTERLEAVE_REBUILD_INDEX=true where infra/docker/set-up.ts runs)';

/** What has to be the same in an index and in the program that writes it. */
export interface IndexFits {
  mapping_version: number;
  kafka_cluster: string;
}

/**
 * Throws `INDEX_MISMATCH` unless the index is there with the mapping of this version, and `INDEX_OF_OTHER_KAFKA` where it was
 * filled from another cluster. The versions of its documents are offsets: those of a new cluster begin at 0, so that
 * everything new would count as stale, for ever and without a word. Which generations of vectors it holds is its own.
 */
export function checkIndex<M extends IndexFits>(index: string, found: M | null, needed: IndexFits): M {
  if (found === null)
    throw new InterleaveError('INDEX_MISMATCH', `${index} is no index of this version: ${REMEDY}.`);
  checkMapping(index, found, needed);
  if (found.kafka_cluster !== needed.kafka_cluster)
    throw new InterleaveError(
      'INDEX_OF_OTHER_KAFKA',
      `${index} was filled from ${found.kafka_cluster}, this is ${needed.kafka_cluster}: bring the data of that Kafka back, or ${REMEDY}; what only the other held will not be found any more.`,
    );
  return found;
}

/** Throws `INDEX_MISMATCH` unless the index has the mapping of this version: in another one, searches miss what is there. */
export function checkMapping(
  index: string,
  found: Pick<IndexFits, 'mapping_version'>,
  needed: Pick<IndexFits, 'mapping_version'>,
): void {
  if (found.mapping_version !== needed.mapping_version)
    throw new InterleaveError(
      'INDEX_MISMATCH',
      `${index} has mapping version ${found.mapping_version}, this version needs ${needed.mapping_version}: ${REMEDY}.`,
    );
}

/** Undefined where there is no such index, null where its mapping says nothing. */
export async function readMeta(client: Client, index: string): Promise<unknown> {
  try {
    const answer = await client.indices.getMapping({ index });
    return answer[index]?.mappings._meta ?? null;
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 404) return undefined;
    throw error;
  }
}
