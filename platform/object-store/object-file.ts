import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InterleaveError } from '../../core/errors.ts';
import type { ObjectRef } from '../../core/object-ref.ts';
import type { FolderSync } from './folder-sync.ts';
import type { ObjectWriter } from './object-store.ts';
import { toStoreError } from './store-errors.ts';
import { WriteBuffers } from './write-buffers.ts';

/** Where an object goes, and how durable it is to be. */
export interface ObjectFileOptions {
  /** folder for files that are not whole yet, on the same file system */
  incoming: string;
  /** the folders of these cases, made where they are missing */
  foldersOf(caseIds: string[]): Promise<string[]>;
  /** makes new names durable; null where nothing is synced, neither names nor bytes */
  sync: FolderSync | null;
}

/**
 * One object on its way into the folder store. Bytes are gathered, hashed and written in large pieces: one piece may be
 * on its way to the disk while the next gathers, so that memory is two buffers at any size of object. A small object is
 * not a file before `commit`. Then the file is synced, linked to its names, and their folders are synced.
 */
export class ObjectFile implements ObjectWriter {
  readonly #options: ObjectFileOptions;
  readonly #file: string;
  readonly #hash = createHash('sha256');
  #buffer: Buffer | null = null;
  #filled = 0;
  #handle: FileHandle | null = null;
  /** there is a file that is not named yet */
  #isFile = false;
  /** the piece that is being written; it never rejects, what went wrong is in `#failed` */
  #writing: Promise<void> | null = null;
  #failed: InterleaveError | null = null;
  size = 0;

  constructor(options: ObjectFileOptions) {
    this.#options = options;
    this.#file = join(options.incoming, randomUUID());
  }

  async write(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      this.#buffer ??= BUFFERS.take();
      const taken = chunk.copy(this.#buffer, this.#filled, at);
      at += taken;
      this.#filled += taken;
      this.size += taken;
      if (this.#filled === this.#buffer.length) await this.#flush();
    }
  }

  async commit(caseIds: string[], mediaType: string): Promise<ObjectRef> {
    try {
      await this.#flush();
      await this.#written();
      const sha256 = this.#hash.digest('hex');
      const synced = this.#options.sync === null ? null : this.#handle?.sync();
      const [folders] = await Promise.all([this.#options.foldersOf(caseIds), synced]);
      await this.#close();
      await this.#name(folders, sha256);
      return { sha256, size: this.size, mediaType };
    } catch (cause) {
      await this.abort();
      throw toStoreError(cause);
    }
  }

  async abort(): Promise<void> {
    await this.#writing;
    this.#release();
    await this.#close().catch(() => undefined);
    if (this.#isFile) await rm(this.#file, { force: true }).catch(() => undefined);
  }

  /** Hands what has gathered to the disk, when the piece before it is there. */
  async #flush(): Promise<void> {
    await this.#written();
    const piece = this.#buffer;
    if (piece === null && this.#handle !== null) return;
    const length = this.#filled;
    this.#buffer = null;
    this.#filled = 0;
    this.#writing = this.#put(piece, length).catch((cause: unknown) => {
      this.#failed = toStoreError(cause);
    });
  }

  async #put(piece: Buffer | null, length: number): Promise<void> {
    try {
      this.#handle ??= await this.#open();
      if (piece === null) return;
      const bytes = piece.subarray(0, length);
      this.#hash.update(bytes);
      for (let done = 0; done < length; )
        done += (await this.#handle.write(bytes, done, length - done)).bytesWritten;
    } finally {
      if (piece !== null) BUFFERS.give(piece);
    }
  }

  async #open(): Promise<FileHandle> {
    const handle = await open(this.#file, 'wx', 0o600);
    this.#isFile = true;
    return handle;
  }

  async #written(): Promise<void> {
    await this.#writing;
    this.#writing = null;
    if (this.#failed !== null) throw this.#failed;
  }

  /** The last name takes the file over; the ones before share its bytes. */
  async #name(folders: string[], sha256: string): Promise<void> {
    for (const folder of folders.slice(0, -1))
      await link(this.#file, join(folder, sha256)).catch(ignoreExisting);
    for (const folder of folders.slice(-1)) await rename(this.#file, join(folder, sha256));
    this.#isFile = false;
    const { sync } = this.#options;
    if (sync !== null) await Promise.all(folders.map((folder) => sync.of(folder)));
  }

  #release(): void {
    if (this.#buffer !== null) BUFFERS.give(this.#buffer);
    this.#buffer = null;
    this.#filled = 0;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }
}

const BUFFERS = new WriteBuffers();

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
