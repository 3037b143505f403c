import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ObjectRef } from '../../core/object-ref.ts';
import { syncFolder } from '../process/files.ts';
import type { CopyFailure, RecordToCopy } from './copy-records.ts';
import { DISK_THREADS, diskError } from './disk-threads.ts';
import { type FilesEnd, Journal } from './journal.ts';
import { isErased, type JournalRecord } from './journal-record.ts';
import { MAX_READ_TRIES, RETRY_MS } from './limits.ts';
import type { ObjectFileOptions } from './object-file.ts';
import { QUARANTINE } from './quarantine.ts';
import { encodeReceipt, holdsReceipt, parseReceipts, RECEIPTS, type Receipt } from './receipts.ts';
import type { Journaled, PlacedInSegment } from './restore-segment.ts';
import { NO_OBSERVER, type StoreObserver } from './store-observer.ts';

/** What is larger is worth a sync of its own. */
export const MAX_SMALL_OBJECT_BYTES = 1024 * 1024;

/** Bytes of confirmed objects whose files are still to be written; then the next must wait. */
export const MAX_PENDING_BYTES = 16 * 1024 * 1024;
const ROOM_CHECK_MS = 5;

/** Objects whose files are written in one go; what else that disk thread has to do waits for them. */
const MAX_TOGETHER = 64;
const MAX_TOGETHER_BYTES = 1024 * 1024;

/** `sync` of a busy disk takes seconds. */
const SYNC_ALL_TIMEOUT_MS = 120_000;

export interface SmallObjectsOptions {
  root: string;
  file: Omit<ObjectFileOptions, 'sync'>;
  /** for tests: how a whole file system is synced */
  syncFileSystem?: (folder: string) => Promise<void>;
  maxAgeMs?: number;
  /** default `RETRY_MS` */
  retryMs?: number;
  observer?: StoreObserver;
}

/** Its bytes are not kept: they are copied from the journal. */
interface Pending extends RecordToCopy {
  written: (end: FilesEnd) => void;
  /** in vain */
  tries: number;
}

/**
 * Small objects of the folder store: a journal, one sync for all that come at the same time, makes them durable; their
 * files are copied from it a moment later, by a disk thread, without a sync of their own.
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
      quarantine: join(options.root, QUARANTINE),
      observer: options.observer ?? NO_OBSERVER,
      lacking: (record) => this.#lacking(record),
      retryMs: options.retryMs ?? RETRY_MS,
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

  /** Resolves when the object is durable in every one of the cases, with its receipt; its files come a moment later. */
  async put(caseIds: string[], bytes: Buffer, mediaType: string, receipt?: Receipt): Promise<ObjectRef> {
    for (const caseId of caseIds) this.#options.file.folderOf(caseId);
    await this.#room();
    const sha256 = hash('sha256', bytes);
    const kept = [this.#append({ sha256, caseIds, bytes })];
    if (receipt !== undefined) kept.push(this.note(caseIds, sha256, receipt));
    await Promise.all(kept);
    return { sha256, size: bytes.length, mediaType };
  }

  /** Resolves when it is durable that the object came so. */
  async note(caseIds: string[], sha256: string, receipt: Receipt): Promise<void> {
    for (const caseId of caseIds) this.#options.file.folderOf(caseId);
    const bytes = encodeReceipt(sha256, receipt);
    await this.#append({ sha256: hash('sha256', bytes), caseIds, bytes, isReceipt: true });
  }

  async #append(record: JournalRecord): Promise<void> {
    let written: (end: FilesEnd) => void = () => undefined;
    const files = new Promise<FilesEnd>((resolve) => {
      written = resolve;
    });
    try {
      const journaled = await this.#journal.append(record, files);
      this.#pending.push({ ...this.#toCopy(record, journaled, record.caseIds), written, tries: 0 });
      this.#pendingBytes += record.bytes.length;
      this.#writing ??= this.#writePending();
    } catch (error) {
      written(null);
      throw error;
    }
  }

  /** An object whose file is not there yet; null where there is none. */
  find(caseId: string, sha256: string): Promise<Buffer | null> {
    return this.#journal.find(caseId, sha256);
  }

  /** The receipt of an object whose case has no line of it yet; null where there is none. */
  async receiptOf(caseId: string, sha256: string): Promise<Receipt | null> {
    return parseReceipts(await this.#journal.receipts(caseId)).get(sha256) ?? null;
  }

  /** To be called before the folder of the case, or the file of its object, is removed: it cannot come back then. */
  erase(caseId: string, sha256?: string): Promise<void> {
    return this.#journal.erase(caseId, sha256);
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

  /** What comes while some are being written is written together: telling a thread costs as much as writing one. */
  async #writePending(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#takeTogether();
      const failures = await this.#copy(batch.map(({ written, tries, ...record }) => record));
      for (const [i, pending] of batch.entries()) this.#copied(pending, failures[i] ?? null);
    }
    this.#writing = null;
  }

  /** What cannot be written is tried again until it can; what cannot be read so many times, and then it is set aside. */
  #copied(pending: Pending, failure: CopyFailure | null): void {
    const isDamaged = failure?.unread === true && pending.tries + 1 >= MAX_READ_TRIES;
    if (failure !== null && !isDamaged) {
      if (pending.tries === 0) this.#options.observer?.delayed('file', diskError(failure.code).code);
      this.#later({ ...pending, tries: pending.tries + 1 });
      return;
    }
    this.#pendingBytes -= pending.size;
    pending.written(failure === null ? null : damagedOf(pending, failure.code));
  }

  #takeTogether(): Pending[] {
    let bytes = 0;
    const end = this.#pending.findIndex(({ size }, i) => {
      bytes += size;
      return i === MAX_TOGETHER || (i > 0 && bytes > MAX_TOGETHER_BYTES);
    });
    return this.#pending.splice(0, end === -1 ? this.#pending.length : end);
  }

  #copy(records: RecordToCopy[]): Promise<(CopyFailure | null)[]> {
    return DISK_THREADS.take().copy(records, this.#options.file.incoming);
  }

  #toCopy({ sha256, bytes }: JournalRecord, place: Journaled, caseIds: string[]): RecordToCopy {
    const { segment, at, line } = place;
    const cases = caseIds.map((id) => ({ id, folder: this.#options.file.folderOf(id) }));
    return { segment, at, line, size: bytes.length, sha256, cases };
  }

  /** Until it succeeds: the object was confirmed, and until then its segment stays. */
  #later(pending: Pending): void {
    setTimeout(() => {
      this.#pending.push(pending);
      this.#writing ??= this.#writePending();
    }, this.#retryMs).unref();
  }

  #fileOf(caseId: string, sha256: string): string {
    return join(this.#options.file.folderOf(caseId), sha256);
  }

  /** Resolves with what could not be read, so many times; throws where a file cannot be written. */
  async #restore(records: PlacedInSegment[]): Promise<PlacedInSegment[]> {
    let left = records;
    for (let tries = 0; tries < MAX_READ_TRIES && left.length > 0; tries += 1) {
      if (tries > 0) await sleep(this.#retryMs);
      const unread: PlacedInSegment[] = [];
      for (const record of left) if (!(await this.#restoreOne(record))) unread.push(record);
      left = unread;
    }
    return left;
  }

  /** False where it could not be read. */
  async #restoreOne(record: PlacedInSegment): Promise<boolean> {
    const lacking = await this.#lacking(record);
    if (lacking.length === 0) return true;
    const [failure] = await this.#copy([this.#toCopy(record, record, lacking)]);
    if (failure === null || failure === undefined) return true;
    if (!failure.unread) throw diskError(failure.code);
    return false;
  }

  async #lacking(record: Omit<JournalRecord, 'bytes'> & { bytes?: Buffer }): Promise<string[]> {
    const { sha256, caseIds, isReceipt = false, bytes } = record;
    const lacking: string[] = [];
    for (const caseId of caseIds.filter((id) => !isErased(id))) {
      const isThere = isReceipt ? this.#isNoted(caseId, bytes) : this.#isWhole(caseId, sha256);
      if (!(await isThere)) lacking.push(caseId);
    }
    return lacking;
  }

  get #retryMs(): number {
    return this.#options.retryMs ?? RETRY_MS;
  }

  async #isWhole(caseId: string, sha256: string): Promise<boolean> {
    const bytes = await readFile(this.#fileOf(caseId, sha256)).catch(() => null);
    return bytes !== null && hash('sha256', bytes) === sha256;
  }

  async #isNoted(caseId: string, receipt: Buffer | undefined): Promise<boolean> {
    const receipts = await readFile(this.#fileOf(caseId, RECEIPTS)).catch(() => null);
    return receipts !== null && receipt !== undefined && holdsReceipt(receipts, receipt);
  }

  /** One sync of the file system where the system has it, else one for each file and folder. */
  async #sync(records: () => Promise<JournalRecord[]>): Promise<void> {
    const { root, syncFileSystem = syncWithCoreutils } = this.#options;
    const done = await syncFileSystem(root).then(
      () => true,
      () => false,
    );
    if (done) return;
    for (const { sha256, caseIds, isReceipt = false } of await records())
      for (const caseId of caseIds.filter((id) => !isErased(id)))
        await syncFile(this.#fileOf(caseId, isReceipt ? RECEIPTS : sha256));
    await syncFolder(root);
  }
}

function damagedOf({ sha256, cases, at, line, size }: Pending, why: string): FilesEnd {
  const length = line.length + size + 1;
  return { sha256, caseIds: cases.map(({ id }) => id), at, length, why, last: false };
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
