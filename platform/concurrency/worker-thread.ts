import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { codeOf, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import { followParent, WorkerProcess } from './worker-process.ts';

export interface WorkerThreadOptions {
  /** the module of the thread, which calls `answerQuestions`; see `moduleBeside` */
  file: URL;
  /** the code of a question that the thread did not answer */
  failure: ErrorCode;
  /** heap of the thread in MiB; one that wants more is ended */
  maxHeapMb: number;
  /**
   * Makes it a process of its own with this limit, in MiB, for all of its memory: for what strangers' bytes may swell to
   * outside of the heap, see `WorkerProcess`. Such a process gets no `workerData`.
   */
  maxProcessMb?: number;
  /** for a thread to open what it needs, from its start */
  openMs: number;
  /** given to every thread that is started, to open what it needs */
  workerData?: unknown;
  /**
   * A thread with this is never ended from outside: when it is given up or stopped it ends itself as soon as it computes
   * nothing. For native code that takes the whole process along when its thread is ended while it computes (ONNX Runtime
   * throws where nobody catches). What hangs for good stays until the process ends.
   */
  endsItself?: boolean;
}

export interface TimeLimits {
  /** for the thread, from when it has the question: one that takes longer is given up */
  answerMs: number;
  /** for the one who asks, from now on: questions before this one, the start of a thread and the answer together */
  totalMs?: number;
}

/**
 * A thread that answers one kind of question, one at a time, in order. A question that takes too long or ends the thread
 * fails with `failure`; the next one gets a new thread, which opens what it needs from `workerData` by itself. Whoever
 * stops waiting (`totalMs`) does no harm to a thread that is well or still starting.
 */
export class WorkerThread<Question, Reply> {
  readonly #options: WorkerThreadOptions;
  #worker: Peer | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #id = OPENING;
  #stopped = false;

  /** The first question starts the thread. */
  constructor(options: WorkerThreadOptions) {
    this.#options = options;
  }

  /** Starts the thread where there is none; throws what kept it from opening. Not needed before `ask`. */
  async open(): Promise<void> {
    const opening = this.#last.then(async () => {
      if (this.#stopped) throw this.#failed('It was stopped.');
      await (this.#worker ?? this.#open());
    });
    this.#last = opening.catch(() => undefined);
    await opening;
  }

  /** Throws what the thread threw, with its code, or an InterleaveError with the code of this thread's failure. */
  ask(question: Question, { answerMs, totalMs = Number.POSITIVE_INFINITY }: TimeLimits): Promise<Reply> {
    const end = performance.now() + totalMs;
    const answer = this.#last.then(() => this.#askInTurn(question, answerMs, end));
    this.#last = answer.catch(() => undefined);
    return this.#within(answer, totalMs);
  }

  /** Ends the thread, for good; questions that wait fail. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const worker = this.#worker;
    if (worker === null) return;
    if (this.#options.endsItself !== true) await worker.terminate();
    else await this.#waitForEnd(worker);
  }

  async #waitForEnd(worker: Peer): Promise<void> {
    const waiting = new AbortController();
    worker.once('exit', () => waiting.abort());
    worker.postMessage(END);
    await sleep(MAX_END_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
    if (worker instanceof Worker) worker.unref();
  }

  async #askInTurn(question: Question, answerMs: number, end: number): Promise<Reply> {
    this.#checkWanted(end);
    const worker = this.#worker ?? (await this.#open());
    this.#checkWanted(end);
    const id = ++this.#id;
    worker.postMessage({ id, question } satisfies Asked<Question>);
    return (await this.#reply(worker, id, answerMs)) as Reply;
  }

  #checkWanted(end: number): void {
    if (this.#stopped) throw this.#failed('It was stopped.');
    if (performance.now() >= end) throw this.#failed('It took too long.');
  }

  async #open(): Promise<Peer> {
    const worker = startPeer(this.#options);
    this.#worker = worker;
    // Also between two questions: an error that nothing listens to would end the process.
    const forget = () => {
      if (this.#worker === worker) this.#worker = null;
    };
    worker.on('error', forget).once('exit', forget);
    try {
      await this.#reply(worker, OPENING, this.#options.openMs);
      return worker;
    } catch (error) {
      this.#giveUp(worker);
      throw error;
    }
  }

  /** What the thread says to a question; a thread that says nothing is given up. */
  async #reply(worker: Peer, id: number, limitMs: number): Promise<unknown> {
    let listenNoMore: () => void = () => undefined;
    const answered = new Promise<Answer>((resolve, reject) => {
      const onMessage = (answer: Answer) => answer.id === id && resolve(answer);
      const onEnd = (reason: unknown) =>
        reject(this.#failed(`It ended its thread: ${describe(reason)}`, reason));
      worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
      listenNoMore = () => worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
    });
    const { value, error } = await this.#within(answered, limitMs)
      .catch((failure: unknown) => {
        this.#giveUp(worker);
        throw failure;
      })
      .finally(listenNoMore);
    if (error === undefined) return value;
    throw Object.assign(new InterleaveError(error.code), { message: error.message });
  }

  /** Nobody waits for its end: native code that hangs cannot be ended. */
  #giveUp(worker: Peer): void {
    if (this.#worker === worker) this.#worker = null;
    if (this.#options.endsItself !== true) void worker.terminate();
    else {
      worker.postMessage(END);
      // The process does not wait for it.
      if (worker instanceof Worker) worker.unref();
    }
  }

  async #within<T>(work: Promise<T>, limitMs: number): Promise<T> {
    if (limitMs === Number.POSITIVE_INFINITY) return work;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#failed('It took too long.')), limitMs);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  }

  #failed(detail: string, cause?: unknown): InterleaveError {
    return new InterleaveError(this.#options.failure, detail, { cause });
  }
}

/** Answers one question. */
export type Handle<Question, Reply> = (question: Question) => Reply | Promise<Reply>;

/**
 * The thread's side: `open` gets the `workerData` once, before the first question, and gives what answers. What either
 * throws goes to the one who asked, with its code.
 */
export async function answerQuestions<Data, Question, Reply>(
  open: (data: Data) => Handle<Question, Reply> | Promise<Handle<Question, Reply>>,
): Promise<void> {
  if (parentPort === null) followParent();
  await answer(OPENING, async () => {
    const handle = await open(workerData as Data);
    const onQuestion = (asked: Asked<Question> | typeof END) => {
      if ('end' in asked) process.exit(0);
      return answer(asked.id, () => handle(asked.question));
    };
    if (parentPort === null) process.on('message', onQuestion);
    else parentPort.on('message', onQuestion);
  });
}

/** The module `name` beside the one with this `import.meta.url`, compiled or not. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url);
}

/** Said to a thread that is to end itself. */
const END = { end: true } as const;

/** A thread that ends itself is waited for so long when it is stopped. */
export const MAX_END_MS = 5_000;

/** The id of what a thread says when it is ready; questions have higher ones. */
const OPENING = 0;

interface Asked<Question> {
  id: number;
  question: Question;
}

interface Answer {
  id: number;
  value?: unknown;
  error?: { code: ErrorCode; message: string };
}

async function answer(id: number, work: () => unknown): Promise<void> {
  const say = (what: Answer): unknown =>
    parentPort === null ? process.send?.(what) : parentPort.postMessage(what);
  try {
    say({ id, value: await work() });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say({ id, error: { code: codeOf(error), message } });
  }
}

type Peer = Worker | WorkerProcess;

function startPeer({ maxProcessMb, ...options }: WorkerThreadOptions): Peer {
  return maxProcessMb === undefined
    ? startWorker(options)
    : new WorkerProcess({ ...options, maxMemoryMb: maxProcessMb });
}

/** A thread. Source files (tests, development) need the TypeScript loader, which a worker does not inherit. */
export function startWorker({
  file,
  maxHeapMb,
  workerData: data,
}: Pick<WorkerThreadOptions, 'file' | 'maxHeapMb' | 'workerData'>): Worker {
  const options = { workerData: data, resourceLimits: { maxOldGenerationSizeMb: maxHeapMb }, execArgv: [] };
  if (!file.pathname.endsWith('.ts')) return new Worker(file, options);
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import('${file.href}'); })`;
  return new Worker(load, { ...options, eval: true });
}

/** Of an `error` or `exit` event. */
function describe(reason: unknown): string {
  return reason instanceof Error ? (reason.message.split('\n')[0] ?? '') : `exit code ${String(reason)}`;
}
