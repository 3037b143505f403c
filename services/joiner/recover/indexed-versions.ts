import { rm } from 'node:fs/promises';
import type { Client } from '@elastic/elasticsearch';
import { errors } from '@elastic/elasticsearch';
import kafkajs from 'kafkajs';
import { type Database, open, type RootDatabase } from 'lmdb';
import { z } from 'zod';
import type { SeenLog } from '../../../platform/kafka/log-mark.ts';
import { positionsIndex } from '../../../schemas/index/index-names.ts';

const PAGE = 5_000;

const positionSchema = z.object({
  next: z.number(),
  marks: z.array(z.object({ offset: z.number(), key: z.string(), digest: z.string() })),
});

/**
 * The highest version, an offset of `radiology.case`, that any of the indices holds of each case; kept on the disk while the
 * log is gone through. Of no index at all nothing is known.
 */
export class IndexedVersions {
  readonly #path: string;
  readonly #root: RootDatabase;
  readonly #versions: Database<number, string>;
  readonly #seen = new Map<number, SeenLog>();

  private constructor(path: string) {
    this.#path = path;
    this.#root = open({ path, maxDbs: 1, noSync: true });
    this.#versions = this.#root.openDB<number, string>({ name: 'versions' });
  }

  /** Throws errors of Elasticsearch. */
  static async read(
    path: string,
    client: Client,
    casesIndices: readonly string[],
    partitions: number,
  ): Promise<IndexedVersions> {
    await remove(path);
    const versions = new IndexedVersions(path);
    for (const casesIndex of casesIndices) {
      await versions.#readPositions(client, casesIndex, partitions);
      await versions.#readDocuments(client, casesIndex, partitions);
    }
    return versions;
  }

  of(caseId: string): number | null {
    return this.#versions.get(caseId) ?? null;
  }

  caseIds(): Iterable<string> {
    return this.#versions.getKeys();
  }

  /** What the index has seen of a partition; null for nothing. */
  seen(partition: number): SeenLog | null {
    return this.#seen.get(partition) ?? null;
  }

  async close(): Promise<void> {
    await this.#root.close();
    await remove(this.#path);
  }

  async #readPositions(client: Client, casesIndex: string, partitions: number): Promise<void> {
    const ids = Array.from({ length: partitions }, (_, partition) => String(partition));
    const answer = await client.mget({ index: positionsIndex(casesIndex), ids }).catch(ifThere);
    for (const found of answer?.docs ?? []) {
      const seen = '_source' in found ? positionSchema.safeParse(found._source).data : undefined;
      const partition = Number(found._id);
      if (seen !== undefined && seen.next >= (this.#seen.get(partition)?.next ?? 0))
        this.#seen.set(partition, seen);
    }
  }

  async #readDocuments(client: Client, index: string, partitions: number): Promise<void> {
    const partitionOf = partitioner(partitions);
    let page = await client
      .search({ index, size: PAGE, scroll: '5m', version: true, _source: false, sort: ['_doc'] })
      .catch(ifThere);
    while (page !== null && page.hits.hits.length > 0) {
      const { hits } = page.hits;
      await this.#root.transaction(() => {
        for (const { _id: id = '', _version: version = 0 } of hits) {
          if (version >= (this.#versions.get(id) ?? 0)) this.#versions.put(id, version);
          const partition = partitionOf(id);
          const seen = this.#seen.get(partition);
          if ((seen?.next ?? 0) <= version)
            this.#seen.set(partition, { next: version + 1, marks: seen?.marks ?? [] });
        }
      });
      const scroll: string | undefined = page._scroll_id;
      page = scroll === undefined ? null : await client.scroll({ scroll_id: scroll, scroll: '5m' });
    }
  }
}

/** As the gateways' producers choose a partition. */
function partitioner(partitions: number): (key: string) => number {
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  return (key) => choose({ topic: '', partitionMetadata, message: { key, value: null } });
}

function ifThere(error: unknown): null {
  if (error instanceof errors.ResponseError && error.statusCode === 404) return null;
  throw error;
}

async function remove(path: string): Promise<void> {
  for (const file of [path, `${path}-lock`]) await rm(file, { force: true });
}
