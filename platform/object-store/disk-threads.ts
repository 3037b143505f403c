import type { Worker } from 'node:worker_threads';
import { InterleaveError } from '../../core/errors.ts';
import { moduleBeside, startWorker } from '../concurrency/worker-thread.ts';
import type { CopyFailure, RecordToCopy } from './copy-records.ts';
import type { DiskAnswer, DiskQuestion, DiskReply, DiskStep, FileStep } from './disk-thread.ts';
import type { NewNames } from './object-names.ts';

/** Threads that write objects; as many syncs are under way at once, which the file system does together. */
const MAX_THREADS = 4;

/** Heap of one thread in MiB; pieces of objects are outside of it. */
const MAX_HEAP_MB = 64;

/**
 * Threads that write to the disk, shared by all stores of a process, started when they are needed. The steps of one
 * object go to one thread and are done in order; an idle thread does not keep the process alive.
 */
class DiskThreads {
  readonly #threads: DiskThread[] = [];

  /** A thread for one object: the one with the least to do. */
  take(): DiskThread {
    const least = this.#threads.toSorted((a, b) => a.waiting - b.waiting)[0];
    if (least !== undefined && (least.waiting === 0 || this.#threads.length === MAX_THREADS)) return least;
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
  async do(step: FileStep): Promise<string> {
    const answer = await this.#ask(step);
    if ('sha256' in answer) return answer.sha256;
    throw diskError('error' in answer ? answer.error : 'UNKNOWN');
  }

  /** Writes the files of records of journals, in one go. Null for each that is done, or why it is not; never rejects. */
  async copy(records: RecordToCopy[], incoming: string): Promise<(CopyFailure | null)[]> {
    const answer = await this.#ask({ kind: 'copy', records, incoming });
    if (!('copied' in answer))
      return records.map(() => ({ code: 'error' in answer ? answer.error : 'UNKNOWN', unread: false }));
    return answer.copied;
  }

  /** Gives more cases a file of the store; false where it is not there whole, or goes meanwhile. Rejects as `do` does. */
  async share(file: string, names: NewNames): Promise<boolean> {
    const answer = await this.#ask({ kind: 'share', file, names });
    if ('sha256' in answer) return true;
    const code = 'error' in answer ? answer.error : 'UNKNOWN';
    if (code === 'SHA256' || code === 'ENOENT') return false;
    throw diskError(code);
  }

  #ask(step: DiskStep): Promise<DiskAnswer> {
    return new Promise((resolve) => {
      if (this.#ended) return resolve({ error: 'THREAD_ENDED' });
      if (this.#asked.size === 0) this.#worker.ref();
      this.#id += 1;
      this.#asked.set(this.#id, resolve);
      this.#worker.postMessage({ id: this.#id, step } satisfies DiskQuestion);
    });
  }

  #answered(id: number, answer: DiskAnswer): void {
    const resolve = this.#asked.get(id);
    this.#asked.delete(id);
    if (this.#asked.size === 0) this.#worker.unref();
    resolve?.(answer);
  }
}

/** By the code of the operating system's error. */
export function diskError(code: string): InterleaveError {
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new InterleaveError(full ? 'OBJECT_STORE_FULL' : 'OBJECT_STORE_UNAVAILABLE', `${code}.`);
}

/** Of this process. */
export const DISK_THREADS = new DiskThreads();
