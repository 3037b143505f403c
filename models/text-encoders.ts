import { codeOf, InterleaveError } from '../core/errors.ts';
import { moduleBeside, WorkerThread } from '../platform/concurrency/worker-thread.ts';
import { MAX_TEXT_EMBED_MS, MAX_TEXT_HEAP_MB, MAX_TEXT_OPEN_MS } from './limits.ts';
import type {
  OpenedTextBackend,
  OpenedTextBundle,
  TextQuestion,
  TextReply,
  TextThreadData,
} from './text-encoder-thread.ts';

type TextThread = WorkerThread<TextQuestion, TextReply>;

/**
 * Text encoders by their bundles, in a thread of their own. Those that were used last stay open; one that is not is opened
 * where it is asked for, also by a thread that had to start anew.
 */
export class TextEncoders {
  readonly #thread: TextThread;
  #backend: OpenedTextBackend;

  private constructor(thread: TextThread, backend: OpenedTextBackend) {
    this.#thread = thread;
    this.#backend = backend;
  }

  /** Starts the backend; bundles are opened later. @throws InterleaveError BACKEND_UNAVAILABLE */
  static async start(modelsDir: string): Promise<TextEncoders> {
    const thread: TextThread = new WorkerThread({
      file: moduleBeside(import.meta.url, 'text-encoder-thread'),
      failure: 'TEXT_VECTOR_FAILED',
      maxHeapMb: MAX_TEXT_HEAP_MB,
      openMs: MAX_TEXT_OPEN_MS,
      workerData: { modelsDir } satisfies TextThreadData,
    });
    try {
      const { backend } = await thread.ask({ bundle: null, texts: null }, { answerMs: MAX_TEXT_EMBED_MS });
      return new TextEncoders(thread, backend);
    } catch (cause) {
      await thread.stop();
      // What passes once the thread is known to work is final before.
      throw codeOf(cause) === 'TEXT_VECTOR_FAILED'
        ? new InterleaveError('BACKEND_UNAVAILABLE', undefined, { cause })
        : cause;
    }
  }

  /** The backend that answered last. */
  get backend(): OpenedTextBackend {
    return this.#backend;
  }

  /**
   * Opens the encoder of a bundle, by hash or name.
   * @throws InterleaveError MODEL_MISSING, MODEL_INVALID, MODEL_UNSUPPORTED; TEXT_VECTOR_FAILED when the thread broke down or
   * the time was up, which passes
   */
  async open(called: string, limitMs = Number.POSITIVE_INFINITY): Promise<OpenedTextBundle> {
    const question = { bundle: called, texts: null };
    const { bundle } = await this.#ask(question, MAX_TEXT_OPEN_MS, limitMs);
    if (bundle === null) throw new InterleaveError('TEXT_VECTOR_FAILED');
    return bundle;
  }

  /**
   * One vector for each text, in order, by the encoder of the bundle with this hash, within the time limit.
   * @throws InterleaveError as `open`, and TEXT_VECTOR_FAILED for a blank text
   */
  async embed(hash: string, texts: readonly string[], limitMs: number): Promise<Float32Array[]> {
    const end = performance.now() + limitMs;
    const ask = () =>
      this.#ask({ bundle: hash, texts: [...texts] }, MAX_TEXT_EMBED_MS, end - performance.now());
    let reply = await ask();
    if (reply.bundle === null) {
      // In its own time: a thread that opens a bundle is not one that hangs.
      await this.open(hash, end - performance.now());
      reply = await ask();
    }
    if (reply.bundle === null) throw new InterleaveError('TEXT_VECTOR_FAILED', 'Others took its place.');
    return reply.vectors;
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  async #ask(question: TextQuestion, answerMs: number, totalMs: number): Promise<TextReply> {
    const reply = await this.#thread.ask(question, { answerMs, totalMs });
    this.#backend = reply.backend;
    return reply;
  }
}
