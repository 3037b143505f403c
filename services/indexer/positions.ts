import { type Client, errors } from '@elastic/elasticsearch';
import { z } from 'zod';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { markOf, type SeenLog, withMark } from '../../platform/kafka/log-mark.ts';
import { positionsIndex } from '../../schemas/index/index-names.ts';
import type { BulkItem } from './bulk-write.ts';

const positionSchema = z.object({
  next: z.number(),
  marks: z.array(z.object({ offset: z.number(), key: z.string(), digest: z.string() })),
});

/**
 * How far each partition of `radiology.case` was read into an index, kept beside it and written with the documents: the
 * group's offsets are in Kafka, and go back with it.
 */
export class Positions {
  readonly #index: string;
  readonly #seen = new Map<number, SeenLog>();

  private constructor(index: string) {
    this.#index = index;
  }

  /** Where there is nothing yet, as after an upgrade, nothing is known. */
  static async load(client: Client, casesIndex: string, partitions: number): Promise<Positions> {
    const positions = new Positions(positionsIndex(casesIndex));
    const ids = Array.from({ length: partitions }, (_, partition) => String(partition));
    const answer = await client.mget({ index: positions.#index, ids }).catch((error: unknown) => {
      if (error instanceof errors.ResponseError && error.statusCode === 404) return { docs: [] };
      throw error;
    });
    for (const found of answer.docs) {
      const source = '_source' in found ? positionSchema.safeParse(found._source).data : undefined;
      if (source !== undefined) positions.#seen.set(Number(found._id), source);
    }
    return positions;
  }

  of(partition: number): SeenLog | null {
    return this.#seen.get(partition) ?? null;
  }

  /** What is to be written when the records up to this one are; null where more was read before. */
  after(record: ConsumedRecord): { seen: SeenLog; item: BulkItem } | null {
    const { partition, offset } = record;
    const before = this.#seen.get(partition);
    if (before !== undefined && offset < before.next) return null;
    const seen = { next: offset + 1, marks: withMark(before?.marks ?? [], markOf(record)) };
    return { seen, item: { index: this.#index, id: String(partition), version: offset, document: seen } };
  }

  set(partition: number, seen: SeenLog): void {
    this.#seen.set(partition, seen);
  }
}
