import { codeOf, InterleaveError } from '../../core/errors.ts';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import type { Vector } from '../../core/radiology/events.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import { MODEL_BATCH } from '../../models/limits.ts';
import { Batches } from '../../platform/concurrency/batches.ts';
import { moduleBeside, WorkerThread } from '../../platform/concurrency/worker-thread.ts';
import { MAX_EMBED_MS, MAX_OPEN_MS, MAX_WORKER_HEAP_MB } from './limits.ts';
import type { ModelData, ModelQuestion, ModelReply, OpenedModel } from './model-thread.ts';

type ModelThread = WorkerThread<ModelQuestion, ModelReply>;

/** The image model in its thread. */
export class ImageModel {
  readonly #thread: ModelThread;
  readonly #batches: Batches<DisplayImage, Vector>;
  readonly #limitMs: number;
  #about: OpenedModel;

  private constructor(thread: ModelThread, about: OpenedModel, limitMs: number) {
    this.#thread = thread;
    this.#about = about;
    this.#limitMs = limitMs;
    this.#batches = new Batches((images) => this.#compute(images), MODEL_BATCH);
  }

  /**
   * `limitMs` is the time for a batch; a thread that takes longer is replaced.
   * @throws InterleaveError MODEL_MISSING, BACKEND_UNAVAILABLE
   */
  static async open(modelsDir: string, limitMs: number = MAX_EMBED_MS): Promise<ImageModel> {
    const thread: ModelThread = new WorkerThread({
      file: moduleBeside(import.meta.url, 'model-thread'),
      failure: 'IMAGE_VECTOR_FAILED',
      maxHeapMb: MAX_WORKER_HEAP_MB,
      openMs: MAX_OPEN_MS,
      workerData: { modelsDir } satisfies ModelData,
    });
    try {
      const { about } = await thread.ask([], { answerMs: MAX_EMBED_MS });
      return new ImageModel(thread, about, limitMs);
    } catch (cause) {
      await thread.stop();
      // What passes once the model is known to work is final before.
      throw codeOf(cause) === 'IMAGE_VECTOR_FAILED'
        ? new InterleaveError('BACKEND_UNAVAILABLE', undefined, { cause })
        : cause;
    }
  }

  /** The model that answered last. */
  get about(): OpenedModel {
    return this.#about;
  }

  /**
   * The vector of an image. Images that are asked for while the model computes go into its next batch.
   * @throws InterleaveError IMAGE_VECTOR_FAILED when the thread broke down, which passes: the next batch gets a new one
   */
  embed(image: DisplayImage): Promise<Vector> {
    return this.#batches.ask(image);
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  async #compute(images: DisplayImage[]): Promise<Vector[]> {
    const { about, vectors } = await this.#thread.ask(images, { answerMs: this.#limitMs });
    this.#about = about;
    const { generation, hash, dims } = about;
    return vectors.map((vector) => ({ generation, model: hash, dims, data: toFloat16(vector) }));
  }
}
