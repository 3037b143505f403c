import { extname } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';
import { codeOf, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import { MAX_WORKER_HEAP_MB } from './limits.ts';

interface Answer<T> {
  id: number;
  value?: T;
  error?: { code: ErrorCode; message: string };
}

/**
 * A thread that answers one kind of question, one at a time, each within a time limit. A question that takes too long or
 * ends the thread fails with `failure`; the next question gets a new thread.
 */
export class WorkerThread<Question, Reply> {
  readonly #file: URL;
  readonly #failure: ErrorCode;
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #id = 0;

  /** `name` is that of a file beside this one, without its ending. */
  constructor(name: string, failure: ErrorCode) {
    this.#file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
    this.#failure = failure;
  }

  /** Throws what the thread threw, with its code, or an InterleaveError with the code of this thread's failure. */
  ask(question: Question, limitMs: number): Promise<Reply> {
    const answer = this.#last.then(() => this.#askNow(question, limitMs));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  async #askNow(question: Question, limitMs: number): Promise<Reply> {
    const worker = this.#open();
    const id = ++this.#id;
    let end: () => void = () => undefined;
    const answer = new Promise<Answer<Reply>>((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#failed('It took too long.')), limitMs);
      const onMessage = (message: Answer<Reply>) => message.id === id && resolve(message);
      const onEnd = (error: unknown) =>
        reject(this.#failed(`It ended its thread: ${reasonOf(error)}`, error));
      worker.on('message', onMessage).once('error', onEnd).once('exit', onEnd);
      end = () => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
      };
    });
    try {
      worker.postMessage({ id, question });
      const { value, error } = await answer;
      if (error !== undefined) throw new Relayed(error.code, error.message);
      return value as Reply;
    } catch (error) {
      if (!(error instanceof Relayed) && this.#worker === worker) await this.stop();
      throw error;
    } finally {
      end();
    }
  }

  #open(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = startWorker(this.#file);
    // Without a listener an error between two questions would end the process; the next question finds out.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = null;
    });
    this.#worker = worker;
    return worker;
  }

  #failed(detail: string, cause?: unknown): InterleaveError {
    return new InterleaveError(this.#failure, detail, { cause });
  }
}

/** Source files (tests, development) need the TypeScript loader, which a worker does not inherit. */
function startWorker(file: URL): Worker {
  const options = { resourceLimits: { maxOldGenerationSizeMb: MAX_WORKER_HEAP_MB }, execArgv: [] };
  if (!file.pathname.endsWith('.ts')) return new Worker(file, options);
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import('${file.href}'); })`;
  return new Worker(load, { ...options, eval: true });
}

/** Of an `error` or `exit` event. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : `exit code ${String(error)}`;
}

/** An error that the thread itself reported: the thread is well. */
class Relayed extends InterleaveError {
  constructor(code: ErrorCode, message: string) {
    super(code);
    this.message = message;
  }
}

/** The thread's side: answers each question by `handle`. */
export function answerQuestions<Question, Reply>(handle: (question: Question) => Promise<Reply>): void {
  parentPort?.on('message', async ({ id, question }: { id: number; question: Question }) => {
    try {
      parentPort?.postMessage({ id, value: await handle(question) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      parentPort?.postMessage({ id, error: { code: codeOf(error), message } });
    }
  });
}
