import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ObjectRef } from '../../core/object-ref.ts';
import { syncFolder } from '../files.ts';
import { Journal, type Journaled } from './journal.ts';
import { isErased, type JournalRecord } from './journal-record.ts';
import { ObjectFile, type ObjectFileOptions } from './object-file.ts';

/** What is larger is worth a sync of its own. */
export const MAX_SMALL_OBJECT_BYTES = 1024 * 1024;

/** Bytes of confirmed objects whose files are still to be written; then the next must wait. */
export const MAX_PENDING_BYTES = 16 * 1024 * 1024;
const ROOM_CHECK_MS = 5;

/** Between two tries to write a file. */
const RETRY_MS = 1_000;

/** `sync` of a busy disk takes seconds. */
const SYNC_ALL_TIMEOUT_MS = 120_000;

export interface SmallObjectsOptions {
  root: string;
  file: Omit<ObjectFileOptions, 'sync'>;
  /** for tests: how a whole file system is synced */
  syncFileSystem?: (folder: string) => Promise<void>;
  maxAgeMs?: number;
}

interface Pending {
  record: JournalRecord;
  journaled: Journaled;
  written: () => void;
}

/**
 * Small objects of the folder store: a journal, one sync for all that come at the same time, makes them durable; their
 * files are written a moment later, one after the other and without a sync of their own.
 */
export class SmallObjects {
  readonly #options: SmallObjectsOptions;
  readonly #journal: Journal;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | null = null;

  private constructor(options: SmallObjectsOptions) {
    this.#options = options;
    this.#journal = new Journal({
      folder: join(options.root, '.journal'),
      restore: (records) => this.#restore(records),
      sync: (records) => this.#sync(records),
      ...(options.maxAgeMs === undefined ? {} : { maxAgeMs: options.maxAgeMs }),
    });
  }

  /** Restores first what a power cut took away. */
  static async open(options: SmallObjectsOptions): Promise<SmallObjects> {
    const objects = new SmallObjects(options);
    await objects.#journal.recover();
    return objects;
  }

  /** Resolves when the object is durable in every one of the cases; its files come a moment later. */
  async put(caseIds: string[], bytes: Buffer, mediaType: string): Promise<ObjectRef> {
    for (const caseId of caseIds) this.#options.file.folderOf(caseId);
    await this.#room();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    let written: () => void = () => undefined;
    const files = new Promise<void>((resolve) => {
      written = resolve;
    });
    try {
      const record = { sha256, caseIds, bytes };
      this.#pending.push({ record, journaled: await this.#journal.append(record, files), written });
      this.#pendingBytes += bytes.length;
      this.#writing ??= this.#writePending();
    } catch (error) {
      written();
      throw error;
    }
    return { sha256, size: bytes.length, mediaType };
  }

  /** An object whose file is not there yet; null where there is none. */
  find(caseId: string, sha256: string): Promise<Buffer | null> {
    return this.#journal.find(caseId, sha256);
  }

  /** To be called before the folder of the case is removed: nothing of it can come back then. */
  eraseCase(caseId: string): Promise<void> {
    return this.#journal.eraseCase(caseId);
  }

  /** Makes the files themselves durable, so that no journal is needed. */
  async checkpoint(): Promise<void> {
    // A try that is put off keeps no process alive; who waits here does.
    const alive = setInterval(() => undefined, RETRY_MS);
    await this.#journal.checkpoint().finally(() => clearInterval(alive));
  }

  /** Waits while too much is to be written. */
  async #room(): Promise<void> {
    while (this.#pendingBytes > MAX_PENDING_BYTES) await sleep(ROOM_CHECK_MS);
  }

  /** One after the other: who waits for a confirmation waits for the disk too. */
  async #writePending(): Promise<void> {
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift())
      try {
        await this.#writeFiles(next);
        this.#pendingBytes -= next.record.bytes.length;
        next.written();
      } catch {
        this.#later(next);
      }
    this.#writing = null;
  }

  async #writeFiles({ record, journaled }: Pending): Promise<void> {
    for (const caseId of record.caseIds) await this.#writeUnlessErased(caseId, record, journaled);
  }

  async #writeUnlessErased(
    caseId: string,
    { sha256, bytes }: JournalRecord,
    journaled: Journaled,
  ): Promise<void> {
    if (await journaled.isErased(caseId)) return;
    await this.#write([caseId], bytes, '');
    // Who erases takes the record first and the folder then: one of us removes it.
    if (await journaled.isErased(caseId)) await rm(this.#fileOf(caseId, sha256), { force: true });
  }

  /** Until it succeeds: the object was confirmed, and until then its segment stays. */
  #later(pending: Pending): void {
    setTimeout(() => {
      this.#pending.push(pending);
      this.#writing ??= this.#writePending();
    }, RETRY_MS).unref();
  }

  #fileOf(caseId: string, sha256: string): string {
    return join(this.#options.file.folderOf(caseId), sha256);
  }

  async #write(caseIds: string[], bytes: Buffer, mediaType: string): Promise<ObjectRef> {
    const file = new ObjectFile({ ...this.#options.file, sync: false });
    try {
      await file.write(bytes);
    } catch (error) {
      await file.abort();
      throw error;
    }
    return file.commit(caseIds, mediaType);
  }

  async #restore(records: (JournalRecord & Journaled)[]): Promise<void> {
    for (const record of records)
      for (const caseId of record.caseIds.filter((id) => !isErased(id)))
        if (!(await this.#isWhole(caseId, record.sha256)))
          await this.#writeUnlessErased(caseId, record, record);
  }

  async #isWhole(caseId: string, sha256: string): Promise<boolean> {
    const bytes = await readFile(this.#fileOf(caseId, sha256)).catch(() => null);
    return bytes !== null && createHash('sha256').update(bytes).digest('hex') === sha256;
  }

  /** One sync of the file system where the system has it, else one for each file and folder. */
  async #sync(records: () => Promise<JournalRecord[]>): Promise<void> {
    const { root, syncFileSystem = syncWithCoreutils } = this.#options;
    const done = await syncFileSystem(root).then(
      () => true,
      () => false,
    );
    if (done) return;
    for (const { sha256, caseIds } of await records())
      for (const caseId of caseIds.filter((id) => !isErased(id)))
        await syncFile(this.#fileOf(caseId, sha256));
    await syncFolder(root);
  }
}

/** syncfs(2): Node has no call for it. */
async function syncWithCoreutils(folder: string): Promise<void> {
  await promisify(execFile)('sync', ['-f', folder], { timeout: SYNC_ALL_TIMEOUT_MS });
}

/** A file and its name; one that was erased meanwhile needs neither. */
async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(file));
}
