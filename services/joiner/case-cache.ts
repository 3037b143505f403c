import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { patientKeys } from '../../core/radiology/patient-key.ts';
import { requireLmdbRoom } from '../../platform/disk/lmdb-room.ts';
import { type LogMark, type SeenLog, withMark } from '../../platform/kafka/log-mark.ts';
import { claimFolder } from '../../platform/process/claim-folder.ts';
import type { IndexChange } from './image-index.ts';
import { MAX_CACHE_AGE_MS } from './limits.ts';
import { PatientIndex } from './patient-index.ts';

interface Position {
  /** of the last record of `radiology.case` that is in the cache */
  offset: number;
  writtenAt: number;
  /** some of the last records, to know the log again; a cache of an earlier version has none */
  marks?: LogMark[];
}

/** What the indices of objects and patients are to know of the cases that are written. */
export type IndexChanges = ReadonlyMap<string, IndexChange>;

/** The last record of each case of a partition, as bytes; null removes a case. */
export type CaseRecords = ReadonlyMap<string, Buffer | null>;

/**
 * The newest state of every case, on the local disk. Only a cache: it is written after Kafka has the record, with the
 * record's offset in the same transaction, so it is always what `radiology.case` was at some offset. Delete it, and
 * everything is restored from the topic.
 *
 * Beside the states stands which cases hold an object that no note rejects, by its SOP Instance UID: a rejection finds
 * its cases by that. It may name a case that does not hold the object any more, never miss one that does. And which
 * cases name a patient, by the patient's key: a patient's other cases are found without reading them all.
 */
export class CaseCache {
  readonly #folder: string;
  readonly #root: RootDatabase;
  readonly #positions: Database<Position, number>;
  readonly #inputs: Database<LogMark, string>;
  readonly #erased: Database<number, string>;
  readonly #partitions = new Map<number, Database<Buffer, string>>();
  readonly #images = new Map<number, Database<string, string>>();
  readonly #patients = new Map<number, PatientIndex>();
  readonly #secret: Buffer | null;
  readonly #release: () => void;

  private constructor(folder: string, root: RootDatabase, secret: Buffer | null, release: () => void) {
    this.#folder = folder;
    this.#secret = secret;
    this.#root = root;
    this.#positions = root.openDB<Position, number>({ name: 'positions' });
    this.#inputs = root.openDB<LogMark, string>({ name: 'inputs' });
    this.#erased = root.openDB<number, string>({ name: 'erased' });
    this.#release = release;
  }

  /**
   * A cache of another cluster is thrown away, and one whose last opening never ended: a broken file ends the process
   * in native code. Without a cluster id it is taken as it is. Without the site's secret no patients are indexed: for who
   * has `restart` make the indices anew. Throws `ALREADY_RUNNING`, or `DISK_FULL` where there is no
   * room to open it.
   */
  static async open(
    folder: string,
    clusterId: string | null,
    partitions: number,
    secret: Buffer | null = null,
  ): Promise<CaseCache> {
    const claim = await claimFolder(folder);
    try {
      requireLmdbRoom(folder);
    } catch (error) {
      claim.release();
      throw error;
    }
    const path = join(folder, 'cases.mdb');
    const opening = join(folder, 'opening');
    if (existsSync(opening)) await remove(path);
    await writeFile(opening, '', { mode: 0o600 });
    const openRoot = (): RootDatabase =>
      open({ path, maxDbs: 3 * partitions + OTHER_DATABASES, ...OURS_ALONE });
    let root = openRoot();
    const cluster: unknown = root.get(CLUSTER);
    if (clusterId !== null && cluster !== clusterId) {
      await root.close();
      await remove(path);
      root = openRoot();
      await root.put(CLUSTER, clusterId);
    }
    await rm(opening);
    return new CaseCache(folder, root, secret, claim.release);
  }

  /** The offset of the last record that is in the cache, -1 for none; null where the cache cannot be trusted. */
  position(partition: number, now: number = Date.now()): number | null {
    const position = this.#positions.get(partition);
    if (position === undefined) return -1;
    return now - position.writtenAt > MAX_CACHE_AGE_MS ? null : position.offset;
  }

  /** What the cache has seen of `radiology.case`, be it old; null for nothing. */
  seen(partition: number): SeenLog | null {
    const position = this.#positions.get(partition);
    return position === undefined ? null : { next: position.offset + 1, marks: position.marks ?? [] };
  }

  /** The last record of an input that was merged by whoever had this cache; null where none is known. */
  inputMark(topic: string, partition: number): LogMark | null {
    return this.#inputs.get(`${topic}/${partition}`) ?? null;
  }

  /** Nobody waits for it: an older mark is right, too. Throws `DISK_FULL`. */
  markInput(topic: string, partition: number, mark: LogMark): void {
    requireLmdbRoom(this.#folder);
    this.#inputs.put(`${topic}/${partition}`, mark).catch(() => undefined);
  }

  /** The cases of a partition. */
  caseIds(partition: number): Iterable<string> {
    return this.#partition(partition).getKeys();
  }

  get(partition: number, caseId: string): Buffer | undefined {
    return this.#partition(partition).get(caseId);
  }

  /**
   * Resolves when the records can be read back; they reach the disk a little later. Rejects with `DISK_FULL` where there
   * is no room, and has changed nothing then: what the cache holds is older than the topic, and must not be joined with.
   * `mark` is one of the records.
   */
  async write(
    partition: number,
    records: CaseRecords,
    offset: number,
    { mark, index = new Map() }: { mark?: LogMark | undefined; index?: IndexChanges } = {},
  ): Promise<void> {
    requireLmdbRoom(this.#folder);
    const images = this.#imagesOf(partition);
    const putRecords = this.#recordsOf(partition);
    await this.#root.transaction(() => {
      for (const [caseId, change] of index) {
        for (const uid of change.added) images.put(uid, caseId);
        for (const uid of change.rejected) images.remove(uid, caseId);
        this.#indexPatients(partition, caseId, change);
      }
      putRecords(records);
      const before = this.#positions.get(partition)?.marks ?? [];
      const marks = mark === undefined ? before : withMark(before, mark);
      this.#positions.put(partition, { offset, writtenAt: Date.now(), marks });
    });
  }

  /** Writes records that the log holds too; how far it has seen the log stays as it was. */
  async fill(partition: number, records: CaseRecords): Promise<void> {
    requireLmdbRoom(this.#folder);
    const putRecords = this.#recordsOf(partition);
    await this.#root.transaction(() => putRecords(records));
  }

  /** From here on the cache is what the log was up to this offset, whatever it had seen before. */
  async restart(partition: number, offset: number, mark: LogMark | null): Promise<void> {
    requireLmdbRoom(this.#folder);
    await this.#root.remove(indexedKey(partition)); // whoever takes the partition makes the indices anew
    const marks = mark === null ? [] : [mark];
    await this.#positions.put(partition, { offset, writtenAt: Date.now(), marks });
    for (const name of [...this.#inputs.getKeys()])
      if (name.endsWith(`/${partition}`)) await this.#inputs.remove(name);
    await this.#root.flushed;
  }

  async clear(partition: number): Promise<void> {
    requireLmdbRoom(this.#folder);
    await this.#positions.remove(partition);
    await this.#partition(partition).clearAsync();
    await this.#imagesOf(partition).clearAsync();
    await this.#patientsOf(partition).clear();
  }

  /** Whether the indices are whole: a cache that was made before there were any, or all of them, has not. */
  isIndexed(partition: number): boolean {
    return (
      this.#positions.get(partition) === undefined ||
      this.#root.get(indexedKey(partition)) === INDICES_VERSION
    );
  }

  /** Adds to the indices what it is to know of cases that are in the cache already. */
  async writeIndex(partition: number, index: IndexChanges): Promise<void> {
    requireLmdbRoom(this.#folder);
    const images = this.#imagesOf(partition);
    await this.#root.transaction(() => {
      for (const [caseId, change] of index) {
        for (const uid of change.added) images.put(uid, caseId);
        this.#indexPatients(partition, caseId, change);
      }
    });
  }

  async markIndexed(partition: number): Promise<void> {
    requireLmdbRoom(this.#folder);
    await this.#root.put(indexedKey(partition), INDICES_VERSION);
  }

  /** The cases that may hold this object, where no note rejects it there yet. */
  casesOf(partition: number, sopInstanceUid: string): string[] {
    return [...this.#imagesOf(partition).getValues(sopInstanceUid)];
  }

  /** The cases that name this patient, by `patientKey`. */
  casesOfPatient(partition: number, key: string): string[] {
    return this.#patientsOf(partition).casesOf(key);
  }

  /** When the erasure was decided whose bytes are gone from the object store; null where none are. */
  erasedAt(caseId: string): number | null {
    const at = this.#erased.get(caseId) ?? null;
    return at === null || at < 0 ? null : at;
  }

  /** Whether its erasure was carried out once, be it that bytes came since. */
  wasErased(caseId: string): boolean {
    return this.#erased.get(caseId) !== undefined;
  }

  /** Every erasure that was carried out, with when it was decided. */
  *erasures(): Iterable<[string, number]> {
    for (const { key, value } of this.#erased.getRange()) yield [key, Math.abs(value)];
  }

  async markErased(caseId: string, decidedAt: number): Promise<void> {
    requireLmdbRoom(this.#folder);
    await this.#erased.put(caseId, decidedAt);
  }

  /** Bytes of an erased case came again: until they are gone `erasedAt` says null, `erasures` goes on to name the case. */
  async markBytesCame(caseId: string): Promise<void> {
    const at = this.#erased.get(caseId);
    if (at === undefined || at < 0) return;
    requireLmdbRoom(this.#folder);
    await this.#erased.put(caseId, -at);
  }

  async close(): Promise<void> {
    await this.#root.close();
    this.#release();
  }

  #partition(partition: number): Database<Buffer, string> {
    let database = this.#partitions.get(partition);
    if (database === undefined) {
      requireLmdbRoom(this.#folder); // the first opening writes
      database = this.#root.openDB<Buffer, string>({ name: `partition-${partition}`, encoding: 'binary' });
      this.#partitions.set(partition, database);
    }
    return database;
  }

  /** Puts records into a partition; a case that is removed leaves the index of patients. In a transaction of the root. */
  #recordsOf(partition: number): (records: CaseRecords) => void {
    const cases = this.#partition(partition);
    const patients = this.#patientsOf(partition);
    return (records) => {
      for (const [caseId, bytes] of records) {
        if (bytes !== null) cases.put(caseId, bytes);
        else {
          cases.remove(caseId);
          patients.set(caseId, []);
        }
      }
    };
  }

  #indexPatients(partition: number, caseId: string, { patients }: IndexChange): void {
    if (this.#secret !== null) this.#patientsOf(partition).set(caseId, patientKeys(this.#secret, patients));
  }

  #patientsOf(partition: number): PatientIndex {
    let index = this.#patients.get(partition);
    if (index === undefined) {
      requireLmdbRoom(this.#folder); // the first opening writes
      index = new PatientIndex(this.#root, partition);
      this.#patients.set(partition, index);
    }
    return index;
  }

  #imagesOf(partition: number): Database<string, string> {
    let database = this.#images.get(partition);
    if (database === undefined) {
      requireLmdbRoom(this.#folder); // the first opening writes
      database = this.#root.openDB<string, string>({
        name: `images-${partition}`,
        dupSort: true,
        encoding: 'ordered-binary',
      });
      this.#images.set(partition, database);
    }
    return database;
  }
}

const CLUSTER = 'cluster';
const indexedKey = (partition: number): string => `indexed-${partition}`;
const OTHER_DATABASES = 8;
/** 1: objects (`true` in the database), 2: patients, too */
const INDICES_VERSION = 2;

/** Of the data and of the file of its locks. lmdb-js reads it and does not declare it; its own is 0664. */
const OURS_ALONE = { permissionsMode: 0o600 };

async function remove(path: string): Promise<void> {
  for (const file of [path, `${path}-lock`]) await rm(file, { force: true });
}
