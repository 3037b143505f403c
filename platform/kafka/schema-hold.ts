import type { Consumer } from 'kafkajs';
import { isKafkaError } from './keep-running.ts';
import type { Schemas, WaitingPlace } from './schemas.ts';

export interface SchemaHoldOptions {
  consumer: Pick<Consumer, 'pause' | 'resume'>;
  schemas: Schemas;
  /** called while partitions wait */
  waiting(): void;
  fail(error: unknown): void;
}

/** Partitions of which nothing more is fetched until the schema of a record is known; the others go on. */
export class SchemaHold {
  readonly #options: SchemaHoldOptions;
  readonly #held = new Map<string, AbortController>();

  constructor(options: SchemaHoldOptions) {
    this.#options = options;
  }

  /** It is fetched again from this record on, if `isOurs` still holds then. */
  hold(
    schemaId: number,
    { topic, partition, offset }: WaitingPlace,
    isOurs: () => boolean = () => true,
  ): void {
    const { consumer, schemas, waiting, fail } = this.#options;
    const place = [{ topic, partitions: [partition] }];
    const name = `${topic}/${partition}`;
    this.#held.get(name)?.abort();
    const holding = new AbortController();
    this.#held.set(name, holding);
    const { signal } = holding;
    consumer.pause(place);
    schemas
      .until(schemaId, { topic, partition, offset }, { signal, waiting })
      .then((isKnown) => {
        if (isKnown && !signal.aborted && isOurs()) consumer.resume(place);
      })
      .catch((error: unknown) => {
        // A consumer that has crashed cannot be resumed: it joins again, and begins anew.
        if (!isKafkaError(error)) fail(error);
      });
  }

  /** At each assignment, which begins anew, and at the end. */
  clear(): void {
    for (const holding of this.#held.values()) holding.abort();
    this.#held.clear();
  }
}
