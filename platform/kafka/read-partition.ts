import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Cluster, Consumer, Kafka, PartitionAssigner } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import {
  type FetchedPartition,
  type FetchedRecord,
  fetchedPartition,
  readCommitted,
} from './fetched-records.ts';
import {
  MAX_EMPTY_FETCHES,
  MAX_RESTORE_ATTEMPTS,
  MAX_RESTORE_FETCH_BYTES,
  RESTORE_FETCH_WAIT_MS,
  RESTORE_RETRY_MS,
  RESTORE_STALL_MS,
} from './limits.ts';

export interface ReaderOptions {
  /** topics that need not be there, and count as empty */
  empty?: ReadonlySet<string>;
  /** where schemas that this build does not have are asked for; reading throws `SCHEMA_UNKNOWN` where nobody gives one */
  schemas?: { askFor(records: readonly FetchedRecord[]): Promise<void> };
}

/**
 * Reads one partition between two offsets, without a consumer group. kafkajs has no `assign`; but it hands every
 * partition assigner its cluster, whose brokers can be asked directly: no group to join (a new one waits for
 * `group.initial.rebalance.delay.ms`) and none to leave behind.
 */
export class PartitionReader {
  readonly #consumer: Consumer;
  readonly #cluster: Cluster;

  readonly #options: ReaderOptions;
  readonly #requests = new Set<Promise<unknown>>();
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(consumer: Consumer, cluster: Cluster, options: ReaderOptions) {
    this.#consumer = consumer;
    this.#cluster = cluster;
    this.#options = options;
  }

  static async connect(kafka: Kafka, options: ReaderOptions = {}): Promise<PartitionReader> {
    const clusters: Cluster[] = [];
    const capture: PartitionAssigner = ({ cluster }) => {
      clusters.push(cluster);
      return NEVER_JOINS;
    };
    const consumer = kafka.consumer({ groupId: NEVER_JOINS.name, partitionAssigners: [capture] });
    const [cluster] = clusters;
    if (cluster === undefined) throw new InterleaveError('INTERNAL', 'kafkajs gave the assigner no cluster.');
    await consumer.connect();
    return new PartitionReader(consumer, cluster, options);
  }

  /** The first offset that is still there, and the one that the next record will get. */
  async ends(topic: string, partition: number): Promise<{ low: number; high: number }> {
    if (this.#options.empty?.has(topic)) return { low: 0, high: 0 };
    const end = async (fromBeginning: boolean): Promise<number> => {
      const [answer] = await this.#cluster.fetchTopicsOffset([
        { topic, fromBeginning, partitions: [{ partition }] },
      ]);
      const offset = answer?.partitions[0]?.offset;
      if (offset === undefined) throw new InterleaveError('KAFKA_UNAVAILABLE', 'No offset was told.');
      return Number(offset);
    };
    return this.#retrying(topic, async () => ({ low: await end(true), high: await end(false) }));
  }

  /**
   * Hands over the committed records of [from, to) in order, a fetch at a time; `next` is the offset up to which they
   * are whole. A record batch that compaction has emptied is passed by. Throws `KAFKA_UNAVAILABLE` when nothing moves.
   */
  async read(
    topic: string,
    partition: number,
    from: number,
    to: number,
    handle: (records: FetchedRecord[], next: number) => Promise<void>,
  ): Promise<void> {
    let next = from;
    let movedAt = Date.now();
    let empty = 0;
    while (next < to) {
      const fetched = await this.#fetch(topic, partition, next);
      const holds = !fetched.throttled && fetched.lastStableOffset > next;
      empty = fetched.next === null && holds ? empty + 1 : 0;
      // The broker must have data here. Where it shows none again and again, compaction has emptied the record batch.
      const reached = fetched.next ?? (empty >= MAX_EMPTY_FETCHES ? next + 1 : next);
      if (reached > next) {
        const start = next;
        const records = readCommitted(fetched).filter(({ offset }) => offset >= start && offset < to);
        next = reached;
        movedAt = Date.now();
        empty = 0;
        await this.#options.schemas?.askFor(records);
        await handle(records, Math.min(next, to));
      } else if (Date.now() - movedAt > RESTORE_STALL_MS)
        throw new InterleaveError('KAFKA_UNAVAILABLE', `${topic} could not be read to its end.`);
    }
  }

  /** A request that is under way fails, and does not open the connection anew. */
  async disconnect(): Promise<void> {
    this.#closed = true;
    const requests = [...this.#requests];
    await this.#consumer.disconnect();
    await Promise.allSettled(requests);
    // One that was just connecting has opened a connection meanwhile.
    if (requests.length > 0) await this.#consumer.disconnect();
  }

  #fetch(topic: string, partition: number, offset: number): Promise<FetchedPartition> {
    return this.#retrying(topic, async () => {
      const broker = await this.#leader(topic, partition);
      const answer: unknown = await broker.fetch({
        isolationLevel: READ_COMMITTED,
        maxWaitTime: RESTORE_FETCH_WAIT_MS,
        minBytes: 1,
        maxBytes: MAX_RESTORE_FETCH_BYTES,
        topics: [
          {
            topic,
            partitions: [{ partition, fetchOffset: String(offset), maxBytes: MAX_RESTORE_FETCH_BYTES }],
          },
        ],
      });
      return fetchedPartition(answer);
    });
  }

  async #leader(topic: string, partition: number): Promise<Broker> {
    const [nodeId] = Object.keys(this.#cluster.findLeaderForPartitions(topic, [partition]));
    if (nodeId === undefined) throw new InterleaveError('KAFKA_UNAVAILABLE', 'The partition has no leader.');
    return this.#cluster.findBroker({ nodeId });
  }

  /**
   * One request at a time. kafkajs opens a connection for each of two requests that find none, and forgets one of them: it
   * is never closed, and the process never ends.
   */
  async #alone<T>(request: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    let pass = (): void => undefined;
    this.#turn = new Promise((resolve) => {
      pass = resolve;
    });
    await before;
    return request().finally(pass);
  }

  /** Leaders move and connections close: metadata are read again before each further try. */
  #retrying<T>(topic: string, request: () => Promise<T>): Promise<T> {
    const answer = this.#tryAll(topic, request);
    this.#requests.add(answer);
    const forget = () => this.#requests.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  async #tryAll<T>(topic: string, request: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw new InterleaveError('KAFKA_UNAVAILABLE', 'The reader was closed.');
      try {
        return await this.#alone(async () => {
          await this.#cluster.addTargetTopic(topic);
          if (attempt > 1) await this.#cluster.refreshMetadata();
          else await this.#cluster.refreshMetadataIfNecessary();
          return request();
        });
      } catch (cause) {
        if (attempt === MAX_RESTORE_ATTEMPTS)
          throw new InterleaveError('KAFKA_UNAVAILABLE', undefined, { cause });
        await sleep(attempt * RESTORE_RETRY_MS);
      }
    }
  }
}

const READ_COMMITTED = 1;

const NEVER_JOINS = {
  name: 'interleave-reads-without-a-group',
  version: 1,
  assign: () => Promise.resolve([]),
  protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
};
