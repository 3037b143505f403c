import { randomUUID } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../files.ts';
import { decodeRecords, type JournalRecord, recordParts, withoutCase } from './journal-record.ts';
import { ageOf, readerOf, readRecords, withFile } from './segment-file.ts';
import { SegmentIndex } from './segment-index.ts';

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

export interface JournalOptions {
  folder: string;
  /** Writes again those files of the records that are not there or not whole. */
  restore: (records: (JournalRecord & Journaled)[]) => Promise<void>;
  /** Makes the files of the records durable. */
  sync: (records: () => Promise<JournalRecord[]>) => Promise<void>;
  maxAgeMs?: number;
}

/** Where a record stands in the journal: whether its case was erased meanwhile, by any process, can be seen there. */
export interface Journaled {
  /** descriptor, open until `files` of the record resolves, or `restore` does */
  segment: number;
  at: number;
  /** of the record, with its end, as it was written */
  line: string;
}

interface Waiting {
  parts: ReturnType<typeof recordParts>;
  length: number;
  files: Promise<unknown>;
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
  /** of the segment that ended last */
  #checkpoint: Promise<void> = Promise.resolve();
  /** of the segments that are there, by file */
  readonly #indexes = new Map<string, SegmentIndex>();

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Resolves when the record is on the disk; `files` resolves when its files are written, and never rejects. */
  append(record: JournalRecord, files: Promise<unknown>): Promise<Journaled> {
    const parts = recordParts(record);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return new Promise((resolve, reject) => {
      this.#queue.push({ parts, length, files, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  /** Restores what the segments of other processes hold, at the start, and removes those that nobody writes to. */
  async recover(orphanAgeMs = ORPHAN_AGE_MS): Promise<void> {
    for (const file of await this.#segments()) {
      const records = await this.#restore(file);
      if ((await ageOf(file)) <= orphanAgeMs) continue;
      await this.#options.sync(async () => records);
      await this.#remove(file);
    }
  }

  /** The bytes of an object whose file is not written yet, of any process; null where no segment has it. */
  async find(caseId: string, sha256: string): Promise<Buffer | null> {
    const files = await this.#segments();
    for (const known of this.#indexes.keys()) if (!files.includes(known)) this.#indexes.delete(known);
    for (const file of files) {
      const index = this.#indexes.get(file) ?? new SegmentIndex();
      this.#indexes.set(file, index);
      const bytes = await withFile(file, 'r', (handle) => index.find(caseId, sha256, readerOf(handle)));
      if (bytes !== null) return bytes;
    }
    return null;
  }

  /** Takes a case out of every segment, of other processes too: nothing of it can come back. */
  async eraseCase(caseId: string): Promise<void> {
    for (const file of await this.#segments())
      await withFile(file, 'r+', async (handle) => {
        const held = decodeRecords(await handle.readFile()).filter(({ caseIds }) => caseIds.includes(caseId));
        for (const record of held) await writeAt(handle, withoutCase(record, caseId), record.at);
        await handle.sync();
      });
  }

  /** Ends the segment, syncs its files and removes it; the next record opens another. */
  async checkpoint(): Promise<void> {
    this.#endSegment();
    await this.#checkpoint;
  }

  /** A case may be erased while its files are restored: each record is looked at again, in the file itself. */
  async #restore(file: string): Promise<JournalRecord[]> {
    const restored = await withFile(file, 'r', async (handle) => {
      const bytes = await handle.readFile();
      const records = decodeRecords(bytes).map((record) => ({
        ...record,
        segment: handle.fd,
        line: bytes.toString('latin1', record.at, record.at + record.length - record.bytes.length - 1),
      }));
      await this.#options.restore(records);
      return records;
    });
    return restored ?? [];
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
      for (const { files } of batch) waitFor(files, segment);
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
    this.#checkpoint = this.#settle(segment).catch(() => undefined);
  }

  async #settle(segment: Segment): Promise<void> {
    await Promise.all(segment.files);
    await segment.handle.close();
    await this.#options.sync(() => readRecords(segment.file));
    await this.#remove(segment.file);
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

function placesOf(batch: Waiting[], segment: Segment, from: number): Journaled[] {
  let at = from;
  // Only the line is kept: it may take a while until the files are written.
  return batch.map(({ parts: [line], length }) => {
    const place = at;
    at += length;
    return { segment: segment.handle.fd, at: place, line: line.toString('latin1') };
  });
}

function waitFor(files: Promise<unknown>, segment: Segment): void {
  segment.files.add(files);
  void files.then(() => segment.files.delete(files));
}

async function reserve(segment: Segment, bytes: number): Promise<void> {
  if (segment.bytes + bytes <= segment.reserved) return;
  const end = segment.bytes + bytes + RESERVED_BYTES;
  while (segment.reserved < end) {
    await writeAt(segment.handle, ZEROS, segment.reserved);
    segment.reserved += ZEROS.length;
  }
}

/** Without making one piece of them first: they may be megabytes. */
async function writeParts(handle: FileHandle, parts: readonly Buffer[], at: number): Promise<void> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const { bytesWritten } = await handle.writev(parts, at);
  if (bytesWritten < length)
    await writeAt(handle, Buffer.concat(parts).subarray(bytesWritten), at + bytesWritten);
}

async function writeAt(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}
