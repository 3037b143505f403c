import { rm } from 'node:fs/promises';
import { type Database, open, type RootDatabase } from 'lmdb';
import { codeOf } from '../../../core/errors.ts';
import type { Case, ImageReceived, ReportReceived } from '../../../core/radiology/events.ts';
import type { DeadLetter } from '../../../platform/kafka/dead-letter.ts';
import { events } from '../../../schemas/events.ts';
import { TOPICS } from '../../../schemas/topics.ts';

interface Known {
  /** bytes; -1 where they are not told */
  size: number;
  /** a case names it: it must be there */
  named: boolean;
}

/** The stored objects that something still knows of: a case, an event that will be read, a dead letter. On the disk. */
export class KnownObjects {
  readonly #path: string;
  readonly #root: RootDatabase;
  readonly #objects: Database<Known, string>;

  private constructor(path: string) {
    this.#path = path;
    this.#root = open({ path, maxDbs: 1, noSync: true });
    this.#objects = this.#root.openDB<Known, string>({ name: 'objects' });
  }

  /** Empty. */
  static async open(path: string): Promise<KnownObjects> {
    await remove(path);
    return new KnownObjects(path);
  }

  /** What a state names must be in the store. */
  async addCase(state: Case): Promise<void> {
    const { caseId } = state;
    await this.#root.transaction(() => {
      for (const { latest, versions } of state.reports) {
        for (const { digest } of versions) this.#add(caseId, digest, { size: -1, named: false });
        const { raw } = latest.received;
        this.#add(caseId, raw.sha256, { size: raw.size, named: true });
      }
      for (const { received, frames } of state.images) {
        this.#add(caseId, received.object.sha256, { size: received.object.size, named: true });
        for (const { thumbnail } of frames)
          if (thumbnail !== null) this.#add(caseId, thumbnail.sha256, { size: thumbnail.size, named: true });
      }
    });
  }

  /** What an event of one of these topics is about. One that cannot be read says nothing. */
  async addEvent(topic: string, value: Buffer): Promise<void> {
    const received = receivedOf(topic, value);
    if (received === null) return;
    const object = 'raw' in received ? received.raw : received.object;
    await this.#root.transaction(() =>
      this.#add(received.caseId, object.sha256, { size: object.size, named: false }),
    );
  }

  async addDeadLetter({ caseId, object, topic, value }: DeadLetter): Promise<void> {
    if (object !== null)
      await this.#root.transaction(() => this.#add(caseId, object.sha256, { size: -1, named: false }));
    if (value !== null) await this.addEvent(topic, value);
  }

  /** The cases of which something is known, with their objects. */
  *cases(): Iterable<[caseId: string, objects: Map<string, Known>]> {
    let caseId = '';
    let objects = new Map<string, Known>();
    for (const { key, value } of this.#objects.getRange()) {
      const [id = '', sha256 = ''] = key.split('/');
      if (id !== caseId) {
        if (objects.size > 0) yield [caseId, objects];
        caseId = id;
        objects = new Map();
      }
      objects.set(sha256, value);
    }
    if (objects.size > 0) yield [caseId, objects];
  }

  has(caseId: string): boolean {
    for (const key of this.#objects.getKeys({ start: `${caseId}/`, limit: 1 }))
      return key.startsWith(`${caseId}/`);
    return false;
  }

  async close(): Promise<void> {
    await this.#root.close();
    await remove(this.#path);
  }

  #add(caseId: string, sha256: string, known: Known): void {
    const key = `${caseId}/${sha256}`;
    const before = this.#objects.get(key);
    this.#objects.put(key, {
      size: Math.max(known.size, before?.size ?? -1),
      named: known.named || before?.named === true,
    });
  }
}

function receivedOf(topic: string, value: Buffer): ReportReceived | ImageReceived | null {
  try {
    if (topic === TOPICS.reportReceived) return events.reportReceived.decode(value);
    if (topic === TOPICS.reportLabeled) return events.reportLabeled.decode(value).received;
    if (topic === TOPICS.imageReceived) return events.imageReceived.decode(value);
    if (topic === TOPICS.imageEmbedded) return events.imageEmbedded.decode(value).received;
    return null;
  } catch (error) {
    if (codeOf(error) === 'EVENT_UNREADABLE') return null;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  for (const file of [path, `${path}-lock`]) await rm(file, { force: true });
}
