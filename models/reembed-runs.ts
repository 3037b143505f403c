import type { Kafka } from 'kafkajs';
import { type LiveGeneration, reembedGroup } from '../core/radiology/model-generations.ts';
import { type ConsumedRecord, consume } from '../platform/kafka/consumer.ts';
import type { Schemas } from '../platform/kafka/schemas.ts';
import { withAdmin } from '../platform/kafka/topics.ts';
import type { ServiceContext } from '../platform/process/lifecycle.ts';
import { Readiness } from '../platform/process/readiness.ts';

interface Options {
  kafka: Kafka;
  /** of the service */
  groupId: string;
  /** `radiology.case` */
  cases: string;
  /** cases of one poll */
  maxRecords: number;
  /** Makes what handles states of cases for a generation; `stopping` ends a poll, whose records are not committed then. */
  handler(
    generation: number,
    stopping: AbortSignal,
  ): (records: ConsumedRecord[], heartbeat: () => Promise<void>) => Promise<void>;
  context: ServiceContext;
  schemas: Schemas;
}

interface Run {
  stop(): Promise<void>;
}

/**
 * For each live generation of which it was asked, one consumer that goes through the cases. Its group is of that wish: after
 * a restart it goes on where it was, and what is asked once more begins anew.
 */
export class ReembedRuns {
  readonly #options: Options;
  readonly #running = new Map<string, Promise<Run>>();
  #changing: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Starts what is asked and does not run, and stops what is not asked any more. */
  follow(live: readonly LiveGeneration[], { isStopping = false } = {}): Promise<void> {
    this.#changing = this.#changing
      .then(() => this.#change(live, isStopping))
      .catch((error: unknown) => this.#options.context.fail(error));
    return this.#changing;
  }

  stop(): Promise<void> {
    return this.follow([], { isStopping: true });
  }

  async #change(live: readonly LiveGeneration[], isStopping: boolean): Promise<void> {
    const asked = new Map(
      live
        .filter(({ reembedAt }) => reembedAt > 0)
        .map((one) => [reembedGroup(one, this.#options.groupId), one]),
    );
    for (const [groupId, run] of this.#running) {
      if (asked.has(groupId)) continue;
      this.#running.delete(groupId);
      await (await run).stop();
      if (!isStopping) await this.#forget(groupId);
    }
    for (const [groupId, { generation }] of asked)
      if (!this.#running.has(groupId)) this.#running.set(groupId, this.#start(groupId, generation));
    await Promise.all(this.#running.values());
  }

  /** Its lag would grow in every list of groups. The last member can, whose group is empty then. */
  async #forget(groupId: string): Promise<void> {
    const { kafka, context } = this.#options;
    await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch((error: unknown) =>
      context.log.info({ groupId, err: error }, 'reembed.group.kept'),
    );
  }

  async #start(groupId: string, generation: number): Promise<Run> {
    const { kafka, cases, maxRecords, handler, context, schemas } = this.#options;
    const { log, metrics, fail } = context;
    log.info({ generation, groupId }, 'reembed.begins');
    const stopping = new AbortController();
    const consumer = await consume(kafka, {
      groupId,
      topics: [cases],
      maxRecords,
      schemas,
      handle: handler(generation, stopping.signal),
      log,
      metrics,
      // What is stored can wait: the service is ready without it.
      ready: new Readiness(),
      fail,
    });
    return {
      stop() {
        stopping.abort();
        return consumer.stop();
      },
    };
  }
}
