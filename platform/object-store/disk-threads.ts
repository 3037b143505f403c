import type { Worker } from 'node:worker_threads';
import { InterleaveError } from '../../core/errors.ts';
import { moduleBeside, startWorker } from '../worker-thread.ts';
import type { DiskAnswer, DiskQuestion, DiskReply, DiskStep } from './disk-thread.ts';

/** Threads that write objects; as many syncs are under way at once, which the file system does together. */
const DISK_THREADS = 4;

/** Heap of one thread in MiB; pieces of objects are outside of it. */
const MAX_HEAP_MB = 64;

/**
 * Threads that write to the disk, shared by all stores of a process, started when they are needed. The steps of one
 * object go to one thread and are done in order; an idle thread does not keep the process alive.
 */
export class DiskThreads {
  readonly #threads: DiskThread[] = [];

  /** A thread for one object: the one with the least to do. */
  take(): DiskThread {
    const least = this.#threads.toSorted((a, b) => a.waiting - b.waiting)[0];
    if (least !== undefined && (least.waiting === 0 || this.#threads.length === DISK_THREADS)) return least;
    const thread = new DiskThread(() => this.#threads.splice(this.#threads.indexOf(thread), 1));
    this.#threads.push(thread);
    return thread;
  }
}

export class DiskThread {
  readonly #worker: Worker;
  readonly #asked = new Map<number, (answer: DiskAnswer) => void>();
  #id = 0;
  #ended = false;

  constructor(onEnd: () => void) {
    this.#worker = startWorker({
      file: moduleBeside(import.meta.url, 'disk-thread'),
      maxHeapMb: MAX_HEAP_MB,
    });
    this.#worker.unref();
    this.#worker.on('message', ({ id, answer }: DiskReply) => this.#answered(id, answer));
    this.#worker
      .on('error', () => undefined)
      .once('exit', () => {
        this.#ended = true;
        onEnd();
        for (const id of this.#asked.keys()) this.#answered(id, { error: 'THREAD_ENDED' });
      });
  }

  /** Steps that are not done yet. */
  get waiting(): number {
    return this.#asked.size;
  }

  /** The piece is the thread's until this is settled. The SHA-256 after a commit. Rejects with `OBJECT_STORE_FULL` or `OBJECT_STORE_UNAVAILABLE`. */
  async do(step: DiskStep): Promise<string> {
    const answer = await new Promise<DiskAnswer>((resolve) => {
      if (this.#ended) return resolve({ error: 'THREAD_ENDED' });
      if (this.#asked.size === 0) this.#worker.ref();
      this.#id += 1;
      this.#asked.set(this.#id, resolve);
      this.#worker.postMessage({ id: this.#id, step } satisfies DiskQuestion);
    });
    if ('sha256' in answer) return answer.sha256;
    const full = answer.error === 'ENOSPC' || answer.error === 'EDQUOT';
    throw new InterleaveError(full ? 'OBJECT_STORE_FULL' : 'OBJECT_STORE_UNAVAILABLE', `${answer.error}.`);
  }

  #answered(id: number, answer: DiskAnswer): void {
    const resolve = this.#asked.get(id);
    this.#asked.delete(id);
    if (this.#asked.size === 0) this.#worker.unref();
    resolve?.(answer);
  }
}
