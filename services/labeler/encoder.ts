import { moduleBeside, WorkerThread } from '../../platform/concurrency/worker-thread.ts';
import type { EncoderQuestion, EncoderReply, OpenedEncoder } from './encoder-thread.ts';
import { MAX_ENCODE_MS, MAX_ENCODER_HEAP_MB, MAX_OPEN_MS } from './limits.ts';

/** What is needed of the sentence encoder. */
export interface SentenceEncoder {
  /** the encoder that answered last */
  readonly about: OpenedEncoder;
  /**
   * One vector for each sentence, in order, within the time limit, be the thread there or started anew.
   * @throws InterleaveError TEXT_VECTOR_FAILED, also when the time is up; what the encoder itself threw, with its code
   */
  encode(sentences: string[], limitMs: number): Promise<Float32Array[]>;
  stop(): Promise<void>;
}

/** The sentence encoder in its thread. @throws InterleaveError MODEL_MISSING, BACKEND_UNAVAILABLE */
export async function openEncoder(): Promise<SentenceEncoder> {
  const thread = new WorkerThread<EncoderQuestion, EncoderReply>({
    file: moduleBeside(import.meta.url, 'encoder-thread'),
    failure: 'TEXT_VECTOR_FAILED',
    maxHeapMb: MAX_ENCODER_HEAP_MB,
    openMs: MAX_OPEN_MS,
  });
  try {
    let { about } = await thread.ask([], { answerMs: MAX_ENCODE_MS });
    return {
      get about() {
        return about;
      },
      async encode(sentences, limitMs) {
        const reply = await thread.ask(sentences, { answerMs: MAX_ENCODE_MS, totalMs: limitMs });
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
