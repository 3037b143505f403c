import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { InterleaveError } from '../../core/errors.ts';
import type { ObjectRef } from '../../core/object-ref.ts';
import type { FileStep } from './disk-thread.ts';
import { DISK_THREADS, type DiskThread } from './disk-threads.ts';
import type { ObjectWriter } from './object-store.ts';
import { toStoreError } from './store-errors.ts';
import { type WriteBuffer, WriteBuffers } from './write-buffers.ts';

/** Where an object goes, and how durable it is to be. */
export interface ObjectFileOptions {
  /** folder for files that are not whole yet, on the same file system */
  incoming: string;
  /** the folder of a case, which need not be there */
  folderOf(caseId: string): string;
  /** Before each piece: rejects with `OBJECT_STORE_FULL` where too little is free, so that no object fills the disk. */
  checkRoom?(): Promise<void>;
  sync: boolean;
}

/**
 * One object on its way into the folder store. Bytes are gathered into large pieces; one piece may be on its way to the
 * disk while the next gathers, so that memory is two buffers at any size of object. A small object is one step of a disk
 * thread: written, synced, linked to its names, their folders synced.
 */
export class ObjectFile implements ObjectWriter {
  readonly #options: ObjectFileOptions;
  readonly #file: string;
  #thread: DiskThread | null = null;
  #buffer: WriteBuffer | null = null;
  /** the piece that is being written; it never rejects, what went wrong is in `#failed` */
  #writing: Promise<void> = Promise.resolve();
  #failed: InterleaveError | null = null;
  size = 0;

  constructor(options: ObjectFileOptions) {
    this.#options = options;
    this.#file = join(options.incoming, randomUUID());
  }

  async write(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      this.#buffer ??= BUFFERS.take();
      const taken = this.#buffer.take(chunk, at);
      at += taken;
      this.size += taken;
      if (at < chunk.length) await this.#flush();
    }
  }

  async commit(caseIds: string[], mediaType: string): Promise<ObjectRef> {
    const { folderOf, sync } = this.#options;
    try {
      const folders = caseIds.map(folderOf);
      await this.#written();
      const sha256 = await this.#hand({ kind: 'commit', folders, sync });
      this.#thread = null;
      return { sha256, size: this.size, mediaType };
    } catch (cause) {
      await this.abort();
      throw toStoreError(cause);
    }
  }

  async abort(): Promise<void> {
    await this.#writing;
    if (this.#buffer !== null) BUFFERS.give(this.#buffer);
    this.#buffer = null;
    const thread = this.#thread;
    this.#thread = null;
    await thread?.do({ kind: 'abort', file: this.#file }).catch(() => undefined);
  }

  /** Hands what has gathered to the disk, when the piece before it is there. */
  async #flush(): Promise<void> {
    await this.#written();
    await this.#options.checkRoom?.();
    this.#writing = this.#hand({ kind: 'write' })
      .then(() => undefined)
      .catch((error: unknown) => {
        this.#failed = toStoreError(error);
      });
  }

  /** A step with what has gathered; the buffer is free again when the thread is done with it. */
  #hand(what: Unaddressed): Promise<string> {
    const first = this.#thread === null;
    this.#thread ??= DISK_THREADS.take();
    const buffer = this.#buffer;
    this.#buffer = null;
    const step = { ...what, file: this.#file, piece: buffer?.piece ?? null, first };
    return this.#thread.do(step).finally(() => {
      if (buffer !== null) BUFFERS.give(buffer);
    });
  }

  async #written(): Promise<void> {
    await this.#writing;
    if (this.#failed !== null) throw this.#failed;
  }
}

/** A step without what all steps of a file have. */
type Unaddressed =
  | Pick<Extract<FileStep, { kind: 'write' }>, 'kind'>
  | Pick<Extract<FileStep, { kind: 'commit' }>, 'kind' | 'folders' | 'sync'>;

const BUFFERS = new WriteBuffers();
