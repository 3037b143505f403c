import type { Vector } from '../../core/radiology/events.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import type { DisplayImage } from '../../core/vision/display-image.ts';
import { MAX_EMBED_MS, MAX_OPEN_MS } from './limits.ts';
import type { ModelQuestion, ModelReply, OpenedModel } from './model-thread.ts';
import { WorkerThread } from './worker-thread.ts';

/** The image model in its thread. */
export class ImageModel {
  readonly about: OpenedModel;
  readonly #thread: WorkerThread<ModelQuestion, ModelReply>;

  private constructor(thread: WorkerThread<ModelQuestion, ModelReply>, about: OpenedModel) {
    this.#thread = thread;
    this.about = about;
  }

  /** @throws InterleaveError MODEL_MISSING, BACKEND_UNAVAILABLE */
  static async open(modelsDir: string): Promise<ImageModel> {
    const thread = new WorkerThread<ModelQuestion, ModelReply>('model-thread', 'BACKEND_UNAVAILABLE');
    try {
      return new ImageModel(thread, (await thread.ask({ open: { modelsDir } }, MAX_OPEN_MS)) as OpenedModel);
    } catch (error) {
      await thread.stop();
      throw error;
    }
  }

  /** One vector for each image, in order. @throws InterleaveError BACKEND_UNAVAILABLE when the thread broke down */
  async embed(images: DisplayImage[]): Promise<Vector[]> {
    if (images.length === 0) return [];
    const { generation, hash, dims } = this.about;
    const vectors = (await this.#thread.ask({ embed: images }, MAX_EMBED_MS)) as Float32Array[];
    return vectors.map((vector) => ({ generation, model: hash, dims, data: toFloat16(vector) }));
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }
}
