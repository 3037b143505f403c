import type { Kafka } from 'kafkajs';
import { codeOf, type ErrorCode, InterleaveError } from '../core/errors.ts';
import {
  FIRST_GENERATION,
  type LiveGeneration,
  type ModelGenerations,
} from '../core/radiology/model-generations.ts';
import type { FetchedRecord } from '../platform/kafka/fetched-records.ts';
import { RegisterReader } from '../platform/kafka/register-reader.ts';
import type { Schemas } from '../platform/kafka/schemas.ts';
import type { ServiceContext } from '../platform/process/lifecycle.ts';
import { readModelDecision } from '../schemas/model-decision.ts';
import { MODEL_RETRY_MS } from './limits.ts';

/** A bundle that should be live: by its hash, or the name of the one that comes with us. */
export interface WantedModel {
  called: string;
  generation: number;
}

/** One that could not be loaded here. */
export type MissingModel = WantedModel & { code: ErrorCode; reason: string };

/** The models of a service, of one kind. */
export interface LoadedModels {
  readonly loaded: readonly (WantedModel & { hash: string; name: string })[];
  readonly missing: readonly MissingModel[];
  readonly backend: { backend: string; backendName: string };
  /** Loads what is wanted and takes it into use all at once; what cannot be loaded is `missing`. Throws what passes. */
  load(wanted: readonly WantedModel[]): Promise<void>;
}

export interface LiveModelOptions {
  kafka: Kafka;
  topic: string;
  /** the key of the register */
  kind: string;
  /** the bundle that is live where nothing was decided, by name or hash */
  first: string;
  /** the service, as its metrics name it */
  service: string;
  schemas: Schemas;
  models: LoadedModels;
  context: ServiceContext;
  /** told of what is live after each change, once it is loaded */
  changed(live: readonly LiveGeneration[]): void;
  retryMs?: number;
}

/**
 * Follows the register of models for one kind and keeps those that are live loaded. A bundle that cannot be loaded here is
 * told (log `model.unavailable`, readiness, metric) and tried again; the others go on without it.
 */
export class LiveModels {
  readonly #options: LiveModelOptions;
  readonly #register: RegisterReader;
  readonly #retry: NodeJS.Timeout;
  #decided: ModelGenerations | null = null;
  /** the thread broke down while it loaded */
  #unfinished = false;
  #updating: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(options: LiveModelOptions) {
    this.#options = options;
    const { kafka, topic, schemas, context, retryMs = MODEL_RETRY_MS } = options;
    const { log, metrics, ready, fail } = context;
    const apply = (records: readonly FetchedRecord[]) => this.#apply(records);
    this.#register = new RegisterReader({ kafka, topic, apply, schemas, log, metrics, ready, fail });
    this.#retry = setInterval(() => this.#tryAgain(), retryMs);
    this.#retry.unref();
  }

  /**
   * Resolves when what is live is loaded, or at least one of it.
   * @throws InterleaveError MODEL_MISSING, MODEL_INVALID, MODEL_UNSUPPORTED when none can be
   */
  static async open(options: LiveModelOptions): Promise<LiveModels> {
    const live = new LiveModels(options);
    try {
      await live.#register.whole();
      await live.#update();
      const { loaded, missing } = options.models;
      const [first] = missing;
      if (loaded.length === 0) throw new InterleaveError(first?.code ?? 'BACKEND_UNAVAILABLE', first?.reason);
      return live;
    } catch (error) {
      await live.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#retry);
    await this.#register.stop();
    await this.#updating;
  }

  #apply(records: readonly FetchedRecord[]): number {
    const { topic, kind, context } = this.#options;
    let changed = false;
    for (const { key, value, offset } of records) {
      if (key !== kind) continue;
      const decided = readModelDecision(key, value);
      if (decided === null)
        context.log.error({ topic, offset, code: 'EVENT_UNREADABLE' }, 'register.record.passed.over');
      else {
        this.#decided = decided;
        changed = true;
      }
    }
    // What is read before the end is waited for by `open`.
    if (changed && this.#register?.isWhole) void this.#update();
    return this.#decided === null ? 0 : 1;
  }

  #tryAgain(): void {
    if (this.#unfinished || this.#options.models.missing.length > 0) void this.#update();
  }

  /** One after the other, each with what is decided by then. */
  #update(): Promise<void> {
    const { context } = this.#options;
    this.#updating = this.#updating
      .then(() => (this.#stopped ? undefined : this.#load()))
      .catch((error: unknown) => {
        this.#unfinished = true;
        context.log.warn({ code: codeOf(error), err: error }, 'model.not.loaded');
      });
    return this.#updating;
  }

  async #load(): Promise<void> {
    const { models, service, context, changed } = this.#options;
    const { log, ready, metrics } = context;
    await models.load(this.#wanted());
    this.#unfinished = false;
    const name = `interleave_${service}_model_loaded`;
    const gauge = metrics.gauge(name, 'Live bundles (1 loaded, 0 not)', ['generation']);
    gauge.reset();
    for (const { generation, hash, name: bundle } of models.loaded) {
      gauge.set({ generation: String(generation) }, 1);
      log.info({ generation, model: hash, name: bundle }, 'model.live');
    }
    for (const { generation, called, code, reason } of models.missing) {
      gauge.set({ generation: String(generation) }, 0);
      log.error({ generation, model: called, code, reason }, 'model.unavailable');
    }
    ready.set('model', models.loaded.length > 0, described(models));
    changed(this.#decided?.live ?? []);
  }

  #wanted(): WantedModel[] {
    if (this.#decided === null) return [{ called: this.#options.first, generation: FIRST_GENERATION }];
    return this.#decided.live.map(({ bundle, generation }) => ({ called: bundle, generation }));
  }
}

/** As `/readyz` shows it: the backend, and each live generation with its bundle or what keeps it from being loaded. */
function described({ backend, loaded, missing }: LoadedModels): string {
  const all = [
    `${backend.backend}: ${backend.backendName}`,
    ...loaded.map(({ generation, name }) => `${generation}: ${name}`),
    ...missing.map(({ generation, code }) => `${generation}: ${code}`),
  ];
  return all.join(', ');
}
