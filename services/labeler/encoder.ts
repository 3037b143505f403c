import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { InterleaveError } from '../../core/errors.ts';
import type { EncoderQuestion, OpenedEncoder, ThreadMessage } from './encoder-thread.ts';
import { MAX_ENCODER_HEAP_MB, MAX_OPEN_MS } from './limits.ts';

/** What is needed of the sentence encoder. */
export interface SentenceEncoder {
  readonly about: OpenedEncoder;
  /** One vector for each sentence, in order. @throws InterleaveError TEXT_VECTOR_FAILED, also when the time is up */
  encode(sentences: string[], limitMs: number): Promise<Float32Array[]>;
  stop(): Promise<void>;
}

/**
 * The sentence encoder in its thread. A thread that ends or takes too long is given up and the next question gets a new
 * one.
 * @throws InterleaveError MODEL_MISSING, BACKEND_UNAVAILABLE
 */
export async function openEncoder(): Promise<SentenceEncoder> {
  let { worker, about } = await startThread();
  let restart: Promise<void> | null = null;
  let lastId = 0;

  async function encode(sentences: string[], limitMs: number): Promise<Float32Array[]> {
    const id = ++lastId;
    const end = Date.now() + limitMs;
    if (restart !== null) await within(restart, limitMs);
    try {
      const question: EncoderQuestion = { id, sentences };
      worker.postMessage(question);
      return await within(answer(worker, id), Math.max(1, end - Date.now()));
    } catch (error) {
      if (!(error instanceof SentenceRefused)) giveUp();
      throw error;
    }
  }

  function giveUp(): void {
    const old = worker;
    restart ??= old
      .terminate()
      .then(startThread)
      .then((started) => {
        ({ worker, about } = started);
        restart = null;
      });
    restart.catch(() => {
      restart = null;
    });
  }

  return {
    get about() {
      return about;
    },
    encode,
    async stop() {
      await restart?.catch(() => undefined);
      await worker.terminate();
    },
  };
}

/** The encoder itself refused: its thread is well. */
class SentenceRefused extends InterleaveError {}

/** Source files (tests, development) need the TypeScript loader, which a worker does not inherit. */
async function startThread(): Promise<{ worker: Worker; about: OpenedEncoder }> {
  const extension = extname(import.meta.url);
  const file = new URL(`./encoder-thread${extension}`, import.meta.url);
  const resourceLimits = { maxOldGenerationSizeMb: MAX_ENCODER_HEAP_MB };
  const source = `import('tsx/esm/api').then(({ register }) => { register(); return import('${file.href}'); })`;
  const worker =
    extension === '.ts'
      ? new Worker(source, { eval: true, resourceLimits })
      : new Worker(file, { resourceLimits });
  // Without a listener an error between two questions would end the process; the next question finds out.
  worker.on('error', () => undefined);
  try {
    const about = await within(
      listen(worker, (message) => {
        if ('id' in message) return undefined;
        if ('opened' in message) return message.opened;
        throw new InterleaveError(message.failed.code, message.failed.message);
      }),
      MAX_OPEN_MS,
    );
    return { worker, about };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function answer(worker: Worker, id: number): Promise<Float32Array[]> {
  return listen(worker, (message) => {
    if (!('id' in message) || message.id !== id) return undefined;
    if ('vectors' in message) return message.vectors;
    throw new SentenceRefused('TEXT_VECTOR_FAILED', message.failed.message);
  });
}

/** What `take` makes of the first message that it wants; rejects when the thread ends. */
function listen<T>(worker: Worker, take: (message: ThreadMessage) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
      finish();
    };
    const onMessage = (message: ThreadMessage) => {
      try {
        const taken = take(message);
        if (taken !== undefined) settle(() => resolve(taken));
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = (cause: unknown) =>
      settle(() => reject(new InterleaveError('TEXT_VECTOR_FAILED', 'The thread ended.', { cause })));
    worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
  });
}

async function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new InterleaveError('TEXT_VECTOR_FAILED', 'It took too long.'));
    timer = setTimeout(fail, limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
