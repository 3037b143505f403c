import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ObjectRef } from '../../core/object-ref.ts';
import { syncFolder } from '../files.ts';
import { Journal } from './journal.ts';
import { isErased, type JournalRecord } from './journal-record.ts';
import { ObjectFile, type ObjectFileOptions } from './object-file.ts';

/** What is larger is worth a sync of its own. */
export const MAX_SMALL_OBJECT_BYTES = 1024 * 1024;

/** `sync` of a busy disk takes seconds. */
const SYNC_ALL_TIMEOUT_MS = 120_000;

export interface SmallObjectsOptions {
  root: string;
  file: Omit<ObjectFileOptions, 'sync'>;
  /** for tests: how a whole file system is synced */
  syncFileSystem?: (folder: string) => Promise<void>;
  maxAgeMs?: number;
}

/**
 * Small objects of the folder store: their files are written as all others, so that every process reads them, but not
 * synced one by one. A journal, one sync for all that come at the same time, makes them durable meanwhile.
 */
export class SmallObjects {
  readonly #options: SmallObjectsOptions;
  readonly #journal: Journal;

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

  /** Resolves when the object is durable in every one of the cases. */
  async put(caseIds: string[], bytes: Buffer, mediaType: string): Promise<ObjectRef> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const files = this.#write(caseIds, bytes, mediaType);
    const [ref] = await Promise.all([files, this.#journal.append({ sha256, caseIds, bytes }, files)]);
    return ref;
  }

  /** To be called before the folder of the case is removed: nothing of it can come back then. */
  eraseCase(caseId: string): Promise<void> {
    return this.#journal.eraseCase(caseId);
  }

  /** Makes the files themselves durable, so that no journal is needed. */
  checkpoint(): Promise<void> {
    return this.#journal.checkpoint();
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

  async #restore(records: JournalRecord[]): Promise<void> {
    for (const { sha256, caseIds, bytes } of records)
      for (const caseId of caseIds.filter((id) => !isErased(id)))
        if (!(await this.#isWhole(caseId, sha256))) await this.#write([caseId], bytes, '');
  }

  async #isWhole(caseId: string, sha256: string): Promise<boolean> {
    const bytes = await readFile(join(this.#options.file.folderOf(caseId), sha256)).catch(() => null);
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
        await syncFile(join(this.#options.file.folderOf(caseId), sha256));
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
