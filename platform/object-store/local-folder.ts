import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, type FileHandle, mkdir, open, opendir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { InterleaveError } from '../../core/errors.ts';
import type { ObjectRef } from '../../core/object-ref.ts';
import { MIN_FREE_BYTES } from '../disk/limits.ts';
import { DISK_THREADS } from './disk-threads.ts';
import { eraseFile, eraseFolder } from './erase-folder.ts';
import { ObjectFile, type ObjectFileOptions } from './object-file.ts';
import { INCOMING, isDigest, nameByDigest } from './object-names.ts';
import type { ByteRange, ObjectStore, ObjectWriter, StoredObject } from './object-store.ts';
import { appendReceipt, encodeReceipt, type Receipt, readReceipts } from './receipts.ts';
import { MAX_SMALL_OBJECT_BYTES, SmallObjects } from './small-objects.ts';
import { ifThere, missingOrUnavailable, unavailable } from './store-errors.ts';
import type { StoreObserver } from './store-observer.ts';

/** How long a look at the free space holds: at 1 GB/s half of the reserve is left when the next one finds it too little. */
const FREE_SPACE_MAX_AGE_MS = 100;

const ID = /^[a-z0-9-]{1,64}$/;

export interface LocalFolderOptions {
  /** in bytes; less free space than this is `OBJECT_STORE_FULL` */
  minFree?: number;
  /** false: nothing is synced, and nothing survives a power cut. For benches only */
  sync?: boolean;
  /** what it says to those who run it */
  observer?: StoreObserver;
}

/**
 * The object store in a folder: `<root>/<case id>/<sha256>` is a reference, a hard link to bytes that are there once
 * (`object-names.ts`). Bytes are written beside it, synced, then linked to their name, and the folder is synced: after a
 * power cut an object is there whole or not at all. Small ones share one sync (`small-objects.ts`).
 */
export class LocalFolderStore implements ObjectStore {
  readonly #root: string;
  readonly #incoming: string;
  readonly #minFreeBytes: number;
  readonly #sync: boolean;
  readonly #file: Omit<ObjectFileOptions, 'sync'>;
  /** null without syncing */
  #small: SmallObjects | null = null;
  #freeBytes = Infinity;
  #freeBytesAt = 0;

  private constructor(root: string, { minFree = MIN_FREE_BYTES, sync = true }: LocalFolderOptions) {
    this.#root = root;
    this.#incoming = join(root, INCOMING);
    this.#minFreeBytes = minFree;
    this.#sync = sync;
    this.#file = {
      incoming: this.#incoming,
      folderOf: (caseId) => this.#caseFolder(caseId),
      checkRoom: () => this.#checkFreeSpace(),
    };
  }

  static async open(root: string, options: LocalFolderOptions = {}): Promise<LocalFolderStore> {
    const store = new LocalFolderStore(root, options);
    await unavailable(mkdir(store.#incoming, { recursive: true, mode: 0o700 }));
    await unavailable(store.clearIncoming());
    const { observer } = options;
    const small = { root, file: store.#file, ...(observer === undefined ? {} : { observer }) };
    if (store.#sync) store.#small = await unavailable(SmallObjects.open(small));
    return store;
  }

  async put(
    caseIds: string | readonly string[],
    bytes: Buffer,
    mediaType: string,
    receipt?: Receipt,
  ): Promise<ObjectRef> {
    const ids = typeof caseIds === 'string' ? [caseIds] : [...caseIds];
    if (this.#small !== null && bytes.length <= MAX_SMALL_OBJECT_BYTES) {
      await this.#checkFreeSpace();
      return unavailable(this.#small.put(ids, bytes, mediaType, receipt));
    }
    const writer = await this.writer();
    try {
      await writer.write(bytes);
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const object = await writer.commit(ids, mediaType);
    if (receipt !== undefined) await this.note(ids, object.sha256, receipt);
    return object;
  }

  async note(caseIds: readonly string[], sha256: string, receipt: Receipt): Promise<void> {
    if (this.#small !== null) return unavailable(this.#small.note([...caseIds], sha256, receipt));
    const bytes = encodeReceipt(sha256, receipt);
    await unavailable(
      (async () => {
        for (const caseId of caseIds) appendReceipt(this.#caseFolder(caseId), bytes);
      })(),
    );
  }

  async link(sha256: string, fromCase: string, toCase: string): Promise<void> {
    const file = this.#path(fromCase, sha256);
    const folders = [this.#caseFolder(toCase)];
    const names = { incoming: this.#incoming, folders, sha256, sync: this.#sync };
    const journaled = await this.#inJournal(fromCase, sha256);
    const receipts = await unavailable(readReceipts(this.#caseFolder(fromCase)));
    const receipt =
      receipts.get(sha256) ?? (journaled === null ? null : await this.#small?.receiptOf(fromCase, sha256));
    const shared = await DISK_THREADS.take().share(file, names);
    // Without a file yet: the journal has the bytes once more, until one file is written and named for both cases.
    if (!shared && journaled !== null) await this.put(toCase, journaled, '');
    else if (!shared) throw new InterleaveError('OBJECT_MISSING');
    if (receipt) await this.note([toCase], sha256, receipt);
  }

  async *cases(): AsyncIterable<string> {
    const folder = await unavailable(opendir(this.#root));
    for await (const entry of folder) if (entry.isDirectory() && ID.test(entry.name)) yield entry.name;
  }

  async objects(caseId: string): Promise<StoredObject[]> {
    const folder = this.#caseFolder(caseId);
    const names = (await ifThere(readdir(folder))) ?? [];
    const receipts = await unavailable(readReceipts(folder));
    const found: StoredObject[] = [];
    for (const sha256 of names.filter(isDigest)) {
      const entry = await ifThere(stat(join(folder, sha256)));
      if (entry === null) continue;
      const receipt = receipts.get(sha256) ?? null;
      found.push({ sha256, size: entry.size, writtenAt: Math.floor(entry.mtimeMs), receipt });
    }
    const cameAt = ({ receipt, writtenAt }: StoredObject) => receipt?.receivedAt ?? writtenAt;
    return found.sort((a, b) => cameAt(a) - cameAt(b));
  }

  async writer(): Promise<ObjectWriter> {
    await this.#checkFreeSpace();
    return new ObjectFile({ ...this.#file, sync: this.#sync });
  }

  async read(caseId: string, sha256: string): Promise<Buffer> {
    const found = await this.#find(caseId, sha256);
    const bytes = Buffer.isBuffer(found)
      ? found
      : await unavailable(found.readFile()).finally(() => found.close());
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new InterleaveError('OBJECT_CORRUPT');
    return bytes;
  }

  async open(caseId: string, sha256: string, { from = 0, to }: ByteRange = {}): Promise<Readable> {
    const found = await this.#find(caseId, sha256);
    if (Buffer.isBuffer(found)) return Readable.from([found.subarray(from, to)]);
    const end = to === undefined ? {} : { end: to - 1 };
    return createReadStream('', { fd: found, start: from, ...end });
  }

  async has(caseId: string, sha256: string): Promise<boolean> {
    const isThere = await access(this.#path(caseId, sha256)).then(
      () => true,
      () => false,
    );
    return isThere || (await this.#inJournal(caseId, sha256)) !== null;
  }

  async eraseCase(caseId: string): Promise<void> {
    const folder = this.#caseFolder(caseId);
    await unavailable(this.#small?.erase(caseId) ?? Promise.resolve());
    await unavailable(eraseFolder(this.#root, folder));
  }

  async drop(sha256: string, caseId: string): Promise<void> {
    const file = this.#path(caseId, sha256);
    await unavailable(this.#small?.erase(caseId, sha256) ?? Promise.resolve());
    await unavailable(eraseFile(this.#root, file));
  }

  async close(): Promise<void> {
    await this.#small?.checkpoint();
  }

  /** Removes what a killed process left half written: files that nobody has touched for an hour. */
  async clearIncoming(olderThanMs = 3_600_000): Promise<void> {
    for (const name of await readdir(this.#incoming)) {
      const file = join(this.#incoming, name);
      const entry = await stat(file).catch(() => null); // another process may have named it meanwhile
      if (entry !== null && Date.now() - entry.mtimeMs > olderThanMs) await rm(file, { force: true });
    }
  }

  /** Its file, or its bytes where it has none yet. Rejects with `OBJECT_MISSING`. */
  async #find(caseId: string, sha256: string): Promise<FileHandle | Buffer> {
    const file = this.#path(caseId, sha256);
    const found = (await ifThere(open(file, 'r'))) ?? (await this.#inJournal(caseId, sha256));
    if (found !== null) return found;
    // Its segment may have been removed between our two looks, because the file was written.
    const later = await ifThere(open(file, 'r'));
    return later ?? open(nameByDigest(this.#root, sha256), 'r').catch(missingOrUnavailable);
  }

  async #inJournal(caseId: string, sha256: string): Promise<Buffer | null> {
    return this.#small === null ? null : unavailable(this.#small.find(caseId, sha256));
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
    if (!isDigest(sha256)) throw new InterleaveError('OBJECT_MISSING', 'The SHA-256 is malformed.');
    return join(this.#caseFolder(caseId), sha256);
  }
}
