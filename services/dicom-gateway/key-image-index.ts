/**
 * What the gateway remembers of the objects it has seen, so that a selection and its images find each other whichever
 * comes first, and so that other bytes under a known SOP Instance UID are noticed. On the disk, bounded in bytes, the
 * longest untouched forgotten first. It is a help and no record: where it is lost, a selection names only what comes later.
 *
 * Several gateways on one machine can share it. Who writes first and reads then misses nothing of another who does the
 * same: an image is remembered before it is looked up among the names, a name before the images are.
 */
import { open as openFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { ImageReceived } from '../../core/radiology/events.ts';
import { requireLmdbRoom } from '../../platform/disk/lmdb-room.ts';
import { privateFolder } from '../../platform/process/private-folder.ts';
import { events as codecs } from '../../schemas/events.ts';
import { lockOpening } from './opening-lock.ts';

/** One object, or one series (`images`). */
interface Entry {
  /** a key object selection or presentation state named it */
  named: boolean;
  /** SHA-256 of the file that came last, '' where none came */
  sha256: string;
  /** its events (Avro), as long as nothing named it */
  events: Buffer[];
  /** of a series: the first of its images */
  images: string[];
  /** its place among all entries by when they were last touched */
  place: number;
  bytes: number;
}

const NEW: Entry = { named: false, sha256: '', events: [], images: [], place: 0, bytes: 0 };

/** What an entry takes beside its texts, about. */
const ENTRY_BYTES = 128;

export class KeyImageIndex {
  readonly #folder: string;
  readonly #root: RootDatabase;
  readonly #entries: Database<Entry, string>;
  /** keys of entries by place */
  readonly #places: Database<string, number>;
  readonly #sizes: Database<number, string>;
  readonly #maxBytes: number;
  readonly #closed: () => Promise<void>;

  private constructor(folder: string, root: RootDatabase, maxBytes: number, closed: () => Promise<void>) {
    this.#folder = folder;
    this.#root = root;
    this.#entries = root.openDB<Entry, string>({ name: 'entries' });
    this.#places = root.openDB<string, number>({ name: 'places' });
    this.#sizes = root.openDB<number, string>({ name: 'sizes' });
    this.#maxBytes = maxBytes;
    this.#closed = closed;
  }

  /**
   * Nothing is synced while it is open: an acknowledgement does not wait for it. One that the machine's end may have left
   * half written is thrown away, and one whose last opening never ended: a broken file ends the process in native code.
   * Rejects with `DISK_FULL` where there is no room to open it.
   */
  static async open(folder: string, maxBytes: number): Promise<KeyImageIndex> {
    await privateFolder(folder);
    requireLmdbRoom(folder);
    const path = join(folder, 'memory.mdb');
    const boot = await readFile(BOOT_ID, 'latin1').catch(() => null);
    const { interrupted, release } = await lockOpening(folder, boot);
    try {
      if ((await isHalfWritten(folder, boot)) || interrupted) await rm(path, { force: true });
      const unsynced = join(folder, `${UNSYNCED}${process.pid}`);
      if (boot !== null) await writeFile(unsynced, boot, { mode: 0o600 });
      const root = open({ path, maxDbs: 3, noSync: boot !== null, ...OURS_ALONE });
      return new KeyImageIndex(folder, root, maxBytes, async () => {
        await syncFile(path);
        await rm(unsynced, { force: true });
      });
    } finally {
      await release();
    }
  }

  isNamed(sopInstanceUid: string): boolean {
    return this.#entries.get(objectKey(sopInstanceUid))?.named ?? false;
  }

  /** The SHA-256 of what last came under this UID; null where nothing is known. */
  sha256Of(sopInstanceUid: string): string | null {
    return this.#entries.get(objectKey(sopInstanceUid))?.sha256 || null;
  }

  /** Counts different images of a series as far as `maximum`; beyond it the answer is `maximum + 1`. */
  async placeInSeries(seriesInstanceUid: string, sopInstanceUid: string, maximum: number): Promise<number> {
    if (maximum === 0) return 1;
    const key = seriesKey(seriesInstanceUid);
    return this.#write(() => {
      const entry = this.#entries.get(key) ?? NEW;
      const at = entry.images.indexOf(sopInstanceUid);
      if (at >= 0) return at + 1;
      if (entry.images.length >= maximum) return maximum + 1;
      this.#put(key, { ...entry, images: [...entry.images, sopInstanceUid] });
      return entry.images.length + 1;
    });
  }

  /** An object came; `waiting` are its events where it is an image that nothing made a key image yet. */
  async record(sopInstanceUid: string, sha256: string, waiting: readonly ImageReceived[]): Promise<void> {
    const key = objectKey(sopInstanceUid);
    const events = waiting.map((event) => codecs.imageReceived.encode(event));
    await this.#write(() => {
      this.#put(key, { ...(this.#entries.get(key) ?? NEW), sha256, events });
    });
  }

  /** These are named now. Returns the events of those that came before, to be sent again as key images. */
  async markNamed(sopInstanceUids: readonly string[]): Promise<ImageReceived[]> {
    const waiting = await this.#write(() =>
      sopInstanceUids.flatMap((uid) => {
        const key = objectKey(uid);
        const entry = this.#entries.get(key) ?? NEW;
        this.#put(key, { ...entry, named: true });
        return entry.events;
      }),
    );
    return waiting.map((bytes) => ({ ...codecs.imageReceived.decode(bytes), keyImage: 'NAMED' as const }));
  }

  /** Their events have been sent as those of key images. */
  async clearPending(sopInstanceUids: readonly string[]): Promise<void> {
    if (sopInstanceUids.length === 0) return;
    await this.#write(() => {
      for (const uid of new Set(sopInstanceUids)) {
        const entry = this.#entries.get(objectKey(uid));
        if (entry !== undefined) this.#put(objectKey(uid), { ...entry, events: [] });
      }
    });
  }

  /** Of all entries together, about. */
  get bytes(): number {
    return this.#sizes.get(TOTAL) ?? 0;
  }

  async close(): Promise<void> {
    await this.#root.close();
    await this.#closed();
  }

  /** Rejects with `DISK_FULL` where there is no room; nothing is changed then. */
  async #write<T>(change: () => T): Promise<T> {
    requireLmdbRoom(this.#folder);
    return this.#root.transaction(change);
  }

  /** Within a transaction: writes an entry as the one touched last, and forgets the oldest where there is too much. */
  #put(key: string, entry: Entry): void {
    const [newest = 0] = [...this.#places.getKeys({ reverse: true, limit: 1 })];
    const bytes = sizeOf(key, entry);
    if (entry.place > 0) this.#places.remove(entry.place);
    this.#places.put(newest + 1, key);
    this.#entries.put(key, { ...entry, place: newest + 1, bytes });
    let total = this.bytes + bytes - entry.bytes;
    while (total > this.#maxBytes) {
      const [oldest] = [...this.#places.getRange({ limit: 1 })];
      if (oldest === undefined || oldest.value === key) break;
      total -= this.#entries.get(oldest.value)?.bytes ?? 0;
      this.#entries.remove(oldest.value);
      this.#places.remove(oldest.key);
    }
    this.#sizes.put(TOTAL, total);
  }
}

const TOTAL = 'total';

/** Of the data and of the file of its locks. lmdb-js reads it and does not declare it; its own is 0664. */
const OURS_ALONE = { permissionsMode: 0o600 };

function objectKey(sopInstanceUid: string): string {
  return `object ${sopInstanceUid}`;
}

function seriesKey(seriesInstanceUid: string): string {
  return `series ${seriesInstanceUid}`;
}

function sizeOf(key: string, { sha256, events, images }: Entry): number {
  const lengths = [key, sha256, ...images, ...events].map(({ length }) => length);
  return lengths.reduce((sum, length) => sum + length, ENTRY_BYTES);
}

/** With the process that writes without syncing; holds the boot of the machine in which it does. */
const UNSYNCED = 'unsynced-';

/** Another one after each start of the machine. Only Linux has it; elsewhere everything is synced. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** The machine ended while somebody wrote without syncing. */
async function isHalfWritten(folder: string, boot: string | null): Promise<boolean> {
  let suspect = false;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(UNSYNCED)) continue;
    const then = await readFile(join(folder, name), 'latin1').catch(() => boot);
    if (then === boot) continue; // killed: what it wrote is with the operating system
    suspect = true;
    await rm(join(folder, name), { force: true });
  }
  return suspect;
}

async function syncFile(path: string): Promise<void> {
  const handle = await openFile(path, 'r+');
  await handle.sync().finally(() => handle.close());
}
