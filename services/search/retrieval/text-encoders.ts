import { moduleBeside, WorkerThread } from '../../../platform/concurrency/worker-thread.ts';
import { MAX_EMBED_MS, MAX_EMBED_WAIT_MS, MAX_ENCODER_HEAP_MB, MAX_ENCODER_OPEN_MS } from '../limits.ts';
import type { EncoderAbout, EncoderQuestion, EncoderReply } from './encoder-thread.ts';

/** The encoders of texts that the labeler uses as well, one for each generation, in a thread of their own. */
export interface TextEncoders {
  readonly about: EncoderAbout;
  /**
   * One vector for each text, in order, of this generation.
   * @throws InterleaveError VECTOR_GENERATION_MISMATCH where no encoder makes it; TEXT_VECTOR_FAILED
   */
  embed(generation: number, texts: readonly string[]): Promise<Float32Array[]>;
  stop(): Promise<void>;
}

/** @throws InterleaveError MODEL_MISSING, BACKEND_UNAVAILABLE */
export async function openTextEncoders(): Promise<TextEncoders> {
  const thread = new WorkerThread<EncoderQuestion, EncoderReply>({
    file: moduleBeside(import.meta.url, 'encoder-thread'),
    failure: 'TEXT_VECTOR_FAILED',
    maxHeapMb: MAX_ENCODER_HEAP_MB,
    openMs: MAX_ENCODER_OPEN_MS,
  });
  const limits = { answerMs: MAX_EMBED_MS, totalMs: MAX_EMBED_WAIT_MS };
  try {
    let { about } = await thread.ask({ generation: null, texts: [] }, { answerMs: MAX_EMBED_MS });
    return {
      get about() {
        return about;
      },
      async embed(generation, texts) {
        const reply = await thread.ask({ generation, texts: [...texts] }, limits);
        about = reply.about;
        return reply.vectors;
      },
      stop: () => thread.stop(),
    };
  } catch (error) {
    await thread.stop();
    throw error;
  }
}
