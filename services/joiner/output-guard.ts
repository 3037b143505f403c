import type { PartitionReader } from '../../platform/kafka/read-partition.ts';
import type { ForeignRecords } from './foreign-records.ts';
import type { Written } from './partition-producer.ts';

export interface OutputGuardOptions {
  reader: Pick<PartitionReader, 'ends' | 'read'>;
  topic: string;
  partition: number;
  /** up to here everything is known */
  end: number;
}

/**
 * Notices what others write into our partition of `radiology.case`. Our transactions say where their records stand, and one
 * control record follows each (KIP-98): whatever else is between them, or behind the last, is not ours.
 */
export class OutputGuard {
  readonly #options: OutputGuardOptions;
  #seen: number;
  /** the control record of the last transaction is not counted yet */
  #marker = false;
  #gaps: { from: number; to: number }[] = [];

  constructor(options: OutputGuardOptions) {
    this.#options = options;
    this.#seen = options.end;
  }

  wrote({ ranges, last }: Written): void {
    for (const { first, last: end } of ranges) {
      if (first - this.#seen > (this.#marker ? 1 : 0)) this.#gaps.push({ from: this.#seen, to: first });
      this.#seen = end + 1;
      this.#marker = false;
    }
    this.#seen = last + 1;
    this.#marker = true;
  }

  /** What stands between our own records, as far as was written. Throws `KAFKA_UNAVAILABLE`. */
  async between(): Promise<ForeignRecords> {
    const { reader, topic, partition } = this.#options;
    const found = new Map<string, Buffer | null>();
    for (let gap = this.#gaps[0]; gap !== undefined; gap = this.#gaps[0]) {
      await reader.read(topic, partition, gap.from, gap.to, async (records) => {
        for (const { key, value } of records) found.set(key, value);
      });
      this.#gaps.shift();
    }
    return found;
  }

  /** The same, up to where the partition ends now. */
  async untilEnd(): Promise<ForeignRecords> {
    const { reader, topic, partition } = this.#options;
    const { high } = await reader.ends(topic, partition);
    if (high > this.#seen + (this.#marker ? 1 : 0)) {
      this.#gaps.push({ from: this.#seen, to: high });
      this.#seen = high;
      this.#marker = false;
    }
    return this.between();
  }
}
