import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  statfs,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { InterleaveError } from '../../core/errors.ts';
import type { ObjectRef } from '../../core/object-ref.ts';
import { syncFolder } from '../files.ts';
import type { ObjectStore, ObjectWriter } from './object-store.ts';

/** Below this much free space nothing more is taken; the sender keeps it and sends it later. */
export const MIN_FREE_BYTES = 256 * 1024 * 1024;

/** How long a look at the free space holds. */
const FREE_SPACE_MAX_AGE_MS = 1_000;

const ID = /^[a-z0-9-]{1,64}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The object store in a folder: `<root>/<case id>/<sha256>`. Bytes are written beside it, synced, then linked to their
 * name, and the folder is synced: after a power cut an object is there whole or not at all.
 */
export class LocalFolderStore implements ObjectStore {
  readonly #root: string;
  readonly #incoming: string;
  readonly #minFreeBytes: number;
  #freeBytes = Infinity;
  #freeBytesAt = 0;

  private constructor(root: string, minFreeBytes: number) {
    this.#root = root;
    this.#incoming = join(root, '.incoming');
    this.#minFreeBytes = minFreeBytes;
  }

  static async open(root: string, minFreeBytes: number = MIN_FREE_BYTES): Promise<LocalFolderStore> {
    const store = new LocalFolderStore(root, minFreeBytes);
    await unavailable(mkdir(store.#incoming, { recursive: true, mode: 0o700 }));
    return store;
  }

  async put(caseId: string, bytes: Buffer, mediaType: string): Promise<ObjectRef> {
    const writer = await this.writer();
    try {
      await writer.write(bytes);
    } catch (error) {
      await writer.abort();
      throw error;
    }
    return writer.commit([caseId], mediaType);
  }

  async writer(): Promise<ObjectWriter> {
    await this.#checkFreeSpace();
    const file = join(this.#incoming, randomUUID());
    const handle = await unavailable(open(file, 'wx+', 0o600));
    return new LocalFolderWriter(file, handle, (ids) => this.#nameIn(ids));
  }

  async read(caseId: string, sha256: string): Promise<Buffer> {
    const bytes = await readFile(this.#path(caseId, sha256)).catch(missingOrUnavailable);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new InterleaveError('OBJECT_CORRUPT');
    return bytes;
  }

  async open(caseId: string, sha256: string): Promise<Readable> {
    const handle = await open(this.#path(caseId, sha256), 'r').catch(missingOrUnavailable);
    return createReadStream('', { fd: handle });
  }

  async has(caseId: string, sha256: string): Promise<boolean> {
    return access(this.#path(caseId, sha256)).then(
      () => true,
      () => false,
    );
  }

  async eraseCase(caseId: string): Promise<void> {
    await unavailable(rm(this.#caseFolder(caseId), { recursive: true, force: true }));
    await unavailable(syncFolder(this.#root));
  }

  /** Removes what an earlier process left half written. Only for the one writer of a folder, at its start. */
  async clearIncoming(olderThanMs = 3_600_000): Promise<void> {
    for (const name of await readdir(this.#incoming)) {
      const file = join(this.#incoming, name);
      const handle = await open(file, 'r').catch(() => null);
      if (handle === null) continue;
      const { mtimeMs } = await handle.stat();
      await handle.close();
      if (Date.now() - mtimeMs > olderThanMs) await rm(file, { force: true });
    }
  }

  async #nameIn(caseIds: string[]): Promise<string[]> {
    const folders = caseIds.map((id) => this.#caseFolder(id));
    let made = false;
    for (const folder of folders)
      if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) made = true;
    if (made) await syncFolder(this.#root);
    return folders;
  }

  async #checkFreeSpace(): Promise<void> {
    const now = Date.now();
    if (now - this.#freeBytesAt > FREE_SPACE_MAX_AGE_MS) {
      const { bavail, bsize } = await unavailable(statfs(this.#root));
      this.#freeBytes = bavail * bsize;
      this.#freeBytesAt = now;
    }
    if (this.#freeBytes < this.#minFreeBytes) throw new InterleaveError('OBJECT_STORE_FULL');
  }

  #caseFolder(caseId: string): string {
    if (!ID.test(caseId)) throw new InterleaveError('OBJECT_MISSING', 'The case id is malformed.');
    return join(this.#root, caseId);
  }

  #path(caseId: string, sha256: string): string {
    if (!SHA256.test(sha256)) throw new InterleaveError('OBJECT_MISSING', 'The SHA-256 is malformed.');
    return join(this.#caseFolder(caseId), sha256);
  }
}

class LocalFolderWriter implements ObjectWriter {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #nameIn: (caseIds: string[]) => Promise<string[]>;
  readonly #hash = createHash('sha256');
  size = 0;

  constructor(file: string, handle: FileHandle, nameIn: (caseIds: string[]) => Promise<string[]>) {
    this.#file = file;
    this.#handle = handle;
    this.#nameIn = nameIn;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await unavailable(
        this.#handle.write(chunk, done, chunk.length - done, this.size + done),
      );
      done += bytesWritten;
    }
    this.size += chunk.length;
  }

  async readBack(length: number): Promise<Buffer> {
    const buffer = Buffer.alloc(Math.min(length, this.size));
    const { bytesRead } = await unavailable(this.#handle.read(buffer, 0, buffer.length, 0));
    return buffer.subarray(0, bytesRead);
  }

  async commit(caseIds: string[], mediaType: string): Promise<ObjectRef> {
    const sha256 = this.#hash.digest('hex');
    try {
      await this.#handle.sync();
      await this.#handle.close();
      const folders = await this.#nameIn(caseIds);
      for (const [i, folder] of folders.entries()) {
        const name = join(folder, sha256);
        // The last name takes the file over; the ones before share its bytes.
        if (i < folders.length - 1) await link(this.#file, name).catch(ignoreExisting);
        else await rename(this.#file, name);
        await syncFolder(folder);
      }
    } catch (cause) {
      await this.abort();
      throw toStoreError(cause);
    }
    return { sha256, size: this.size, mediaType };
  }

  async abort(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#file, { force: true }).catch(() => undefined);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function unavailable<T>(promise: Promise<T>): Promise<T> {
  return promise.catch((cause: unknown) => {
    throw toStoreError(cause);
  });
}

function missingOrUnavailable(cause: NodeJS.ErrnoException): never {
  if (cause.code === 'ENOENT') throw new InterleaveError('OBJECT_MISSING', undefined, { cause });
  throw toStoreError(cause);
}

function toStoreError(cause: unknown): InterleaveError {
  if (cause instanceof InterleaveError) return cause;
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new InterleaveError(full ? 'OBJECT_STORE_FULL' : 'OBJECT_STORE_UNAVAILABLE', undefined, { cause });
}
