import { codeOf, InterleaveError } from '../../core/errors.ts';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import type { FittedSize } from '../../core/imaging/fit-image.ts';
import type { Vector } from '../../core/radiology/events.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import { DEFAULT_ENGINE, type EngineSettings } from '../../models/engines/engine-settings.ts';
import type { MissingModel, WantedModel } from '../../models/live-models.ts';
import { Batches } from '../../platform/concurrency/batches.ts';
import { moduleBeside, WorkerThread } from '../../platform/concurrency/worker-thread.ts';
import { MAX_EMBED_MS, MAX_OPEN_MS, MAX_WORKER_HEAP_MB } from './limits.ts';
import type {
  BundleReply,
  ModelData,
  ModelQuestion,
  ModelReply,
  OpenedBackend,
  OpenedBundle,
} from './model-thread.ts';

type ModelThread = WorkerThread<ModelQuestion, ModelReply>;

/** One that is loaded, and whose vectors are of this generation. */
export type LoadedModel = WantedModel & OpenedBundle;

/** An image as small as each model wants it. */
export type ModelInputs = ReadonlyMap<FittedSize, DisplayImage>;

export interface ImageModelsOptions {
  engine?: EngineSettings;
  /** images that are computed at once; unless told, as many as suit the engine */
  batch?: number;
  limitMs?: number;
}

interface Asked {
  inputs: ModelInputs;
  models: readonly LoadedModel[];
}

/**
 * The image models that are live, in a thread of their own. Whoever embeds says with which of them: a poll takes the list
 * once and keeps it to its end, so that a change falls between two polls.
 */
export class ImageModels {
  readonly #thread: ModelThread;
  readonly #batches: Batches<Asked, Vector[]>;
  readonly #limitMs: number;
  #backend: OpenedBackend;
  #loaded: readonly LoadedModel[] = [];
  #missing: readonly MissingModel[] = [];

  private constructor(thread: ModelThread, backend: OpenedBackend, limitMs: number) {
    this.#thread = thread;
    this.#backend = backend;
    this.#limitMs = limitMs;
    this.#batches = new Batches((asked) => this.#compute(asked), backend.batch);
  }

  /**
   * Starts the engine; `load` comes next. `limitMs` is the time for a batch; a thread that takes longer is replaced.
   * @throws InterleaveError BACKEND_UNAVAILABLE
   */
  static async open(
    modelsDir: string,
    { engine = DEFAULT_ENGINE, batch, limitMs = MAX_EMBED_MS }: ImageModelsOptions = {},
  ): Promise<ImageModels> {
    const thread: ModelThread = new WorkerThread({
      file: moduleBeside(import.meta.url, 'model-thread'),
      failure: 'IMAGE_VECTOR_FAILED',
      maxHeapMb: MAX_WORKER_HEAP_MB,
      openMs: MAX_OPEN_MS,
      workerData: { modelsDir, engine, batch } satisfies ModelData,
      endsItself: true,
    });
    try {
      const { backend } = await thread.ask([], { answerMs: MAX_EMBED_MS });
      return new ImageModels(thread, backend, limitMs);
    } catch (cause) {
      await thread.stop();
      // What passes once the models are known to work is final before.
      throw codeOf(cause) === 'IMAGE_VECTOR_FAILED'
        ? new InterleaveError('BACKEND_UNAVAILABLE', undefined, { cause })
        : cause;
    }
  }

  /** The engine that answered last. */
  get backend(): OpenedBackend {
    return this.#backend;
  }

  /** The oldest generation first. */
  get loaded(): readonly LoadedModel[] {
    return this.#loaded;
  }

  get missing(): readonly MissingModel[] {
    return this.#missing;
  }

  /**
   * Loads what is wanted and not loaded yet, then takes it into use all at once. What cannot be loaded is `missing`, and
   * the others are used without it.
   * @throws InterleaveError IMAGE_VECTOR_FAILED when the thread broke down, which passes
   */
  async load(wanted: readonly WantedModel[]): Promise<void> {
    const loaded: LoadedModel[] = [];
    const missing: MissingModel[] = [];
    for (const one of wanted) {
      const { replies } = await this.#ask([{ bundle: one.called, images: [] }], MAX_OPEN_MS);
      const [reply] = replies;
      if (reply === undefined) throw new InterleaveError('IMAGE_VECTOR_FAILED');
      if ('code' in reply) missing.push({ ...one, ...reply });
      else loaded.push({ ...one, ...reply.bundle });
    }
    this.#loaded = loaded;
    this.#missing = missing;
  }

  /**
   * A vector of each of these models for an image, in their order. Images that are asked for while the models compute go
   * into the next batch.
   * @throws InterleaveError IMAGE_VECTOR_FAILED when the thread broke down, which passes; MODEL_MISSING and the like
   * where no model is left
   */
  async embed(inputs: ModelInputs, models: readonly LoadedModel[]): Promise<Vector[]> {
    if (models.length === 0) throw new InterleaveError(this.#missing[0]?.code ?? 'MODEL_MISSING');
    return this.#batches.ask({ inputs, models });
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  async #compute(asked: Asked[]): Promise<Vector[][]> {
    const models = distinct(asked.flatMap((one) => one.models));
    const askers = models.map(({ hash }) =>
      asked.filter((one) => one.models.some((model) => model.hash === hash)),
    );
    const { replies } = await this.#ask(
      models.map(({ hash, size }, m) => ({
        bundle: hash,
        images: (askers[m] ?? []).map(({ inputs }) => inputOf(inputs, size)),
      })),
      this.#limitMs,
    );
    const made = new Map(
      models.map(({ hash }, m) => {
        const data = this.#vectorsOf(hash, replies[m]);
        return [hash, new Map((askers[m] ?? []).map((one, i) => [one, data[i]] as const))];
      }),
    );
    return asked.map((one) =>
      one.models.map(({ hash, generation, dims }) => {
        const data = made.get(hash)?.get(one);
        if (data === undefined) throw new RangeError('A batch needs one vector for each image.');
        return { generation, model: hash, dims, data: toFloat16(data) };
      }),
    );
  }

  /** A bundle that a new thread could not open again is used no more; the images are asked for once more, without it. */
  #vectorsOf(hash: string, reply: BundleReply | undefined): Float32Array[] {
    if (reply !== undefined && 'vectors' in reply) return reply.vectors;
    const lost = this.#loaded.filter((model) => model.hash === hash);
    this.#loaded = this.#loaded.filter((model) => model.hash !== hash);
    if (reply !== undefined)
      this.#missing = [
        ...this.#missing,
        ...lost.map(({ called, generation }) => ({ called, generation, ...reply })),
      ];
    throw new InterleaveError('IMAGE_VECTOR_FAILED', reply?.reason);
  }

  async #ask(question: ModelQuestion, answerMs: number): Promise<ModelReply> {
    const reply = await this.#thread.ask(question, { answerMs });
    this.#backend = reply.backend;
    return reply;
  }
}

function distinct(models: readonly LoadedModel[]): LoadedModel[] {
  return [...new Map(models.map((model) => [model.hash, model])).values()];
}

function inputOf(inputs: ModelInputs, size: FittedSize): DisplayImage {
  const input = inputs.get(size);
  if (input === undefined) throw new RangeError(`The image was not made for a model of ${size}.`);
  return input;
}
