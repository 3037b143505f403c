import { randomUUID } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../process/files.ts';
import { type JournalRecord, recordParts } from './journal-record.ts';
import { Quarantine } from './quarantine.ts';
import { type Journaled, type RestoreOptions, restoreSegment } from './restore-segment.ts';
import {
  ageOf,
  eraseFromSegment,
  readerOf,
  readRecords,
  withFile,
  writeAt,
  writeParts,
} from './segment-file.ts';
import { SegmentIndex } from './segment-index.ts';
import { toStoreError } from './store-errors.ts';
import type { DamagedObject, StoreObserver } from './store-observer.ts';

/** A segment is given up for a new one at this age or size; then its objects are made durable by themselves. */
export const SEGMENT_MAX_AGE_MS = 300_000;
export const SEGMENT_MAX_BYTES = 64 * 1024 * 1024;

/** Nobody writes to a segment that is this old: its process is gone. */
export const ORPHAN_AGE_MS = 3_600_000;

/**
 * A segment grows by zeros in steps of this size: a sync behind a record then has no new length or block to write down,
 * and does not wait for what the file system has open for the files beside it.
 */
const RESERVED_BYTES = 8 * 1024 * 1024;
const ZEROS = Buffer.alloc(1024 * 1024);

/** Bytes of one write to the journal. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

export interface JournalOptions extends RestoreOptions {
  folder: string;
  /** for segments in which something is damaged */
  quarantine: string;
  /** Makes the files of the records durable. */
  sync: (records: () => Promise<JournalRecord[]>) => Promise<void>;
  observer: StoreObserver;
  maxAgeMs?: number;
}

/** What became of the files of a record: they are written, or it could not be read. */
export type FilesEnd = Omit<DamagedObject, 'segment'> | null;

interface Waiting {
  parts: ReturnType<typeof recordParts>;
  length: number;
  files: Promise<FilesEnd>;
  resolve: (journaled: Journaled) => void;
  reject: (error: unknown) => void;
}

interface Segment {
  file: string;
  handle: FileHandle;
  /** of records */
  bytes: number;
  /** of the file, zeros behind the records */
  reserved: number;
  /** files of its records that are still being written */
  files: Set<Promise<unknown>>;
  damaged: DamagedObject[];
}

/**
 * Makes many small objects durable with one write and one sync (group commit): what comes while a sync is under way
 * leaves together in the next. The files of an object are written behind it, without a sync. Once a segment is old or
 * long, its files are synced together and it is removed; after a power cut the next process writes them from it.
 */
export class Journal {
  readonly #options: JournalOptions;
  #queue: Waiting[] = [];
  #running = false;
  #segment: Segment | null = null;
  #segmentEnds = false;
  #timer: NodeJS.Timeout | undefined;
  /** of all segments that have ended */
  #checkpoint: Promise<void> = Promise.resolve();
  /** of the segments that are there, by file */
  readonly #indexes = new Map<string, SegmentIndex>();
  readonly #quarantine: Quarantine;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#quarantine = new Quarantine(options.quarantine);
  }

  /** Resolves when the record is on the disk; `files` resolves when its files are written, and never rejects. */
  append(record: JournalRecord, files: Promise<FilesEnd>): Promise<Journaled> {
    const parts = recordParts(record);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return new Promise((resolve, reject) => {
      this.#queue.push({ parts, length, files, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  /**
   * Restores what the segments of other processes hold, at the start, and removes those that nobody writes to. What is
   * damaged is told; its segment is set aside, or left to the process that still writes to it. Where the disk is full a
   * segment stays, which is where its objects are read meanwhile: whoever only reads can start all the same.
   */
  async recover(orphanAgeMs = ORPHAN_AGE_MS): Promise<void> {
    for (const file of await this.#segments()) {
      const isOrphan = (await ageOf(file)) > orphanAgeMs;
      const restored = await restoreSegment(file, isOrphan, this.#options).catch(putOffWhereFull);
      if (restored === null) {
        this.#options.observer.delayed('file', 'OBJECT_STORE_FULL');
        continue;
      }
      const { records, damaged } = restored;
      for (const one of damaged) this.#options.observer.damaged(one);
      if (!isOrphan) continue;
      await this.#options.sync(async () => records);
      await this.#letGo(file, damaged);
    }
  }

  /** The bytes of an object whose file is not written yet, of any process; null where no segment has it. Rejects where one cannot be read. */
  async find(caseId: string, sha256: string): Promise<Buffer | null> {
    let failure: unknown = null;
    const files = await this.#segments();
    for (const known of this.#indexes.keys()) if (!files.includes(known)) this.#indexes.delete(known);
    for (const file of files) {
      const index = this.#indexes.get(file) ?? new SegmentIndex();
      this.#indexes.set(file, index);
      const bytes = await withFile(file, 'r', (handle) => index.find(caseId, sha256, readerOf(handle))).catch(
        (error: unknown) => {
          failure = error;
          return null;
        },
      );
      if (bytes !== null) return bytes;
    }
    if (failure !== null) throw failure;
    return null;
  }

  /** The receipts of a case that stand in any segment. Reads them whole. */
  async receipts(caseId: string): Promise<string> {
    const records: JournalRecord[] = [];
    for (const file of await this.#segments()) records.push(...(await readRecords(file)));
    const ofCase = records.filter(({ caseIds, isReceipt }) => isReceipt && caseIds.includes(caseId));
    return ofCase.map(({ bytes }) => bytes.toString('utf8')).join('');
  }

  /** Takes a case, or one object of it, out of every segment, of other processes too: nothing of it can come back. */
  async erase(caseId: string, sha256?: string): Promise<void> {
    for (const file of [...(await this.#segments()), ...(await this.#quarantine.segments())])
      await withFile(file, 'r+', (handle) => eraseFromSegment(handle, caseId, sha256));
    if (sha256 === undefined) await this.#quarantine.forget(caseId);
  }

  /** Ends the segment, syncs its files and removes it; the next record opens another. */
  async checkpoint(): Promise<void> {
    this.#endSegment();
    await this.#checkpoint;
  }

  async #run(): Promise<void> {
    this.#running = true;
    // One turn of the event loop, so that records that come together leave together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        const places = await this.#write(batch);
        for (const [i, { resolve }] of batch.entries()) resolve(places[i] as Journaled);
      } catch (error) {
        // Perhaps half of it is there: nothing may follow it in this segment.
        this.#segmentEnds = true;
        for (const { reject } of batch) reject(error);
      }
      if (this.#segmentEnds || (this.#segment?.bytes ?? 0) > SEGMENT_MAX_BYTES) this.#dropSegment();
    }
    this.#running = false;
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { length } of this.#queue) {
      bytes += length;
      if (count > 0 && bytes > MAX_BATCH_BYTES) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #write(batch: Waiting[]): Promise<Journaled[]> {
    const parts = batch.flatMap((waiting) => waiting.parts);
    const length = batch.reduce((sum, waiting) => sum + waiting.length, 0);
    for (;;) {
      const segment = this.#segment ?? (await this.#open());
      for (const { files } of batch) this.#waitFor(files, segment);
      await reserve(segment, length);
      await writeParts(segment.handle, parts, segment.bytes);
      const from = segment.bytes;
      segment.bytes += length;
      await segment.handle.datasync();
      // A process that stood still for long finds that another has taken its segment for an orphan.
      if (fstatSync(segment.handle.fd).nlink > 0) return placesOf(batch, segment, from);
      this.#segment = null;
      void Promise.all(segment.files).then(() => segment.handle.close());
    }
  }

  #waitFor(files: Promise<FilesEnd>, segment: Segment): void {
    const ended = files.then((end) => {
      segment.files.delete(ended);
      if (end === null) return;
      const damaged = { ...end, segment: basename(segment.file) };
      segment.damaged.push(damaged);
      this.#options.observer.damaged(damaged);
      // Nothing more is confirmed where the disk does not give back what was.
      if (this.#segment === segment) this.#endSegment();
    });
    segment.files.add(ended);
  }

  /** At once where nothing is being written, else behind it. */
  #endSegment(): void {
    if (this.#running) this.#segmentEnds = true;
    else this.#dropSegment();
  }

  /** Its files are synced beside what is written next. Where that fails it stays, for `recover` of the next process. */
  #dropSegment(): void {
    const segment = this.#segment;
    this.#segment = null;
    this.#segmentEnds = false;
    clearTimeout(this.#timer);
    if (segment === null) return;
    const settled = this.#settle(segment).catch((error: unknown) =>
      this.#options.observer.delayed('sync', toStoreError(error).code),
    );
    this.#checkpoint = Promise.all([this.#checkpoint, settled]).then(() => undefined);
  }

  async #settle(segment: Segment): Promise<void> {
    await Promise.all(segment.files);
    await segment.handle.close();
    await this.#options.sync(() => readRecords(segment.file));
    await this.#letGo(segment.file, segment.damaged);
  }

  async #letGo(file: string, damaged: readonly DamagedObject[]): Promise<void> {
    if (damaged.length === 0) await this.#remove(file);
    else await this.#quarantine.take(file, damaged);
  }

  async #open(): Promise<Segment> {
    const { folder, maxAgeMs = SEGMENT_MAX_AGE_MS } = this.#options;
    // The folder's own name must be durable too, or a power cut takes the segments with it.
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined)
      await syncFolder(dirname(folder));
    const file = join(folder, randomUUID());
    const segment = {
      file,
      handle: await open(file, 'wx+', 0o600),
      bytes: 0,
      reserved: 0,
      files: new Set<Promise<unknown>>(),
      damaged: [],
    };
    await syncFolder(folder);
    this.#segment = segment;
    this.#timer = setTimeout(() => this.#endSegment(), maxAgeMs).unref();
    return segment;
  }

  async #segments(): Promise<string[]> {
    const names = await readdir(this.#options.folder).catch(() => []);
    return names.map((name) => join(this.#options.folder, name));
  }

  async #remove(file: string): Promise<void> {
    await rm(file, { force: true });
    await syncFolder(this.#options.folder);
  }
}

/** Null where there is no room; throws any other error. */
function putOffWhereFull(error: unknown): null {
  if (toStoreError(error).code === 'OBJECT_STORE_FULL') return null;
  throw error;
}

function placesOf(batch: Waiting[], segment: Segment, from: number): Journaled[] {
  let at = from;
  // Only the line is kept: it may take a while until the files are written.
  return batch.map(({ parts: [line], length }) => {
    const place = at;
    at += length;
    return { segment: segment.handle.fd, at: place, line: line.toString('latin1') };
  });
}

async function reserve(segment: Segment, bytes: number): Promise<void> {
  if (segment.bytes + bytes <= segment.reserved) return;
  const end = segment.bytes + bytes + RESERVED_BYTES;
  while (segment.reserved < end) {
    await writeAt(segment.handle, ZEROS, segment.reserved);
    segment.reserved += ZEROS.length;
  }
}
