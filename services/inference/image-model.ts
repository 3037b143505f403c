import type { Vector } from '../../core/radiology/events.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import type { DisplayImage } from '../../core/vision/display-image.ts';
import { moduleBeside, WorkerThread } from '../../platform/worker-thread.ts';
import { MAX_EMBED_MS, MAX_OPEN_MS, MAX_WORKER_HEAP_MB } from './limits.ts';
import type { ModelData, ModelQuestion, ModelReply, OpenedModel } from './model-thread.ts';

type ModelThread = WorkerThread<ModelQuestion, ModelReply>;

/** The image model in its thread. */
export class ImageModel {
  readonly #thread: ModelThread;
  #about: OpenedModel;

  private constructor(thread: ModelThread, about: OpenedModel) {
    this.#thread = thread;
    this.#about = about;
  }

  /** @throws InterleaveError MODEL_MISSING, BACKEND_UNAVAILABLE */
  static async open(modelsDir: string): Promise<ImageModel> {
    const thread: ModelThread = new WorkerThread({
      file: moduleBeside(import.meta.url, 'model-thread'),
      failure: 'BACKEND_UNAVAILABLE',
      maxHeapMb: MAX_WORKER_HEAP_MB,
      openMs: MAX_OPEN_MS,
      workerData: { modelsDir } satisfies ModelData,
    });
    try {
      const { about } = await thread.ask([], { answerMs: MAX_EMBED_MS });
      return new ImageModel(thread, about);
    } catch (error) {
      await thread.stop();
      throw error;
    }
  }

  /** The model that answered last. */
  get about(): OpenedModel {
    return this.#about;
  }

  /** One vector for each image, in order. @throws InterleaveError BACKEND_UNAVAILABLE when the thread broke down */
  async embed(images: DisplayImage[], limitMs: number = MAX_EMBED_MS): Promise<Vector[]> {
    if (images.length === 0) return [];
    const { about, vectors } = await this.#thread.ask(images, { answerMs: limitMs });
    this.#about = about;
    const { generation, hash, dims } = about;
    return vectors.map((vector) => ({ generation, model: hash, dims, data: toFloat16(vector) }));
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }
}
