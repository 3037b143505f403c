import { type ErrorCode, InterleaveError } from '../../core/errors.ts';
import type { FittedSize } from '../../core/imaging/fit-image.ts';
import type { ImageReceived } from '../../core/radiology/events.ts';
import { moduleBeside, WorkerThread } from '../../platform/concurrency/worker-thread.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { DecodeQuestion, SmallFrame } from './decode-thread.ts';
import {
  MAX_FETCHED_AHEAD_BYTES,
  MAX_OBJECT_BYTES,
  MAX_OPEN_MS,
  MAX_READ_MS,
  MAX_WORKER_HEAP_MB,
} from './limits.ts';

/** What became of an object: its frames, or why it has none. */
export interface ImageReading {
  frames: SmallFrame[];
  problem: ErrorCode | null;
}

/** Is this an image that is to be decoded? Everything else goes on as it is. */
export function isToBeRead({ kind, keyImage, problem }: ImageReceived): boolean {
  return kind === 'IMAGE' && keyImage !== 'NONE' && problem === null;
}

/**
 * Reads stored objects in a thread of its own, one after the other. While the thread reads one, the next is fetched, unless it is
 * large: no more than `MAX_FETCHED_AHEAD_BYTES` beside the one at hand are in memory.
 */
export class ImageReader {
  readonly #store: ObjectStore;
  readonly #thread = new WorkerThread<DecodeQuestion, SmallFrame[]>({
    file: moduleBeside(import.meta.url, 'decode-thread'),
    failure: 'IMAGE_UNDECODABLE',
    maxHeapMb: MAX_WORKER_HEAP_MB,
    openMs: MAX_OPEN_MS,
  });
  readonly #limitMs: number;
  /** the object before has been fetched: the store is free for the next */
  #fetched: Promise<unknown> = Promise.resolve();
  /** the object before has been read: the thread is free for the next */
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: ObjectStore, limitMs: number = MAX_READ_MS) {
    this.#store = store;
    this.#limitMs = limitMs;
  }

  /**
   * The claim check: the object by its SHA-256, verified, decoded, and made as small as `sizes` say. What can never be read is a
   * problem of this image. `frames`: those that are wanted; without, those that are worth reading.
   * @throws InterleaveError OBJECT_STORE_UNAVAILABLE, which passes
   */
  read(
    received: Pick<ImageReceived, 'caseId' | 'object'>,
    sizes: readonly FittedSize[],
    frames: readonly number[] | null = null,
  ): Promise<ImageReading> {
    const before = this.#last;
    const fetching = this.#fetched.then(() => this.#fetch(received, before));
    const reading = this.#readInTurn(fetching, before, sizes, frames);
    // The one after next waits until this one has been given to the thread.
    this.#fetched = Promise.allSettled([fetching, before]);
    this.#last = reading.catch(() => undefined);
    return reading;
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  async #fetch(
    { caseId, object }: Pick<ImageReceived, 'caseId' | 'object'>,
    before: Promise<unknown>,
  ): Promise<Buffer> {
    if (object.size > MAX_OBJECT_BYTES) throw new InterleaveError('IMAGE_TOO_LARGE');
    if (object.size > MAX_FETCHED_AHEAD_BYTES) await before;
    return this.#store.read(caseId, object.sha256);
  }

  async #readInTurn(
    fetching: Promise<Buffer>,
    before: Promise<unknown>,
    sizes: readonly FittedSize[],
    wanted: readonly number[] | null,
  ): Promise<ImageReading> {
    try {
      const [object] = await Promise.all([fetching, before]);
      const frames = await this.#thread.ask({ object, sizes, frames: wanted }, { answerMs: this.#limitMs });
      return { frames, problem: null };
    } catch (error) {
      if (error instanceof InterleaveError && error.kind === 'reject')
        return { frames: [], problem: error.code };
      throw error;
    }
  }
}
