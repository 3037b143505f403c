import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Database, open } from 'lmdb';
import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import { requireLmdbRoom } from '../../platform/disk/lmdb-room.ts';
import { claimFolder } from '../../platform/process/claim-folder.ts';
import type { ImportOutcome } from './import-source.ts';

/**
 * Which units an import has brought, in a folder of its own: 16 bytes of a digest each, on the disk, so that memory does not
 * grow with the archive; and what was refused of them, so that the next import still tells it. A unit is written down when
 * everything of it was answered; what a crash takes of that is brought again, and the gateways know it.
 */
export class DoneUnits {
  readonly #folder: string;
  readonly #units: Database<Buffer, Buffer>;
  readonly #release: () => void;

  private constructor(folder: string, units: Database<Buffer, Buffer>, release: () => void) {
    this.#folder = folder;
    this.#units = units;
    this.#release = release;
  }

  /** One import at a time has it. Throws `ALREADY_RUNNING`, `DISK_FULL` where there is no room to open it, `FILE_UNWRITABLE`. */
  static async open(folder: string): Promise<DoneUnits> {
    const claim = await claimFolder(folder).catch((cause: unknown) => {
      throw asOurs(folder, cause);
    });
    try {
      requireLmdbRoom(folder);
      const path = join(folder, 'done.mdb');
      const encodings = { keyEncoding: 'binary', encoding: 'binary' } as const;
      return new DoneUnits(folder, open({ path, ...encodings, ...OURS_ALONE }), claim.release);
    } catch (cause) {
      claim.release();
      throw asOurs(folder, cause);
    }
  }

  /** What was refused of a unit that was brought; null for one that was not. */
  refusedOf(key: string): readonly ImportOutcome[] | null {
    const value = this.#units.get(digestOf(key));
    if (value === undefined) return null;
    return value.equals(ALL_ACCEPTED) ? [] : refusedSchema.parse(JSON.parse(value.toString()));
  }

  /** Resolves when it is on the disk; units that come together are written together. Rejects with `DISK_FULL`. */
  async add(key: string, refused: readonly ImportOutcome[]): Promise<void> {
    requireLmdbRoom(this.#folder);
    const value = refused.length === 0 ? ALL_ACCEPTED : Buffer.from(JSON.stringify(refused));
    await this.#units.put(digestOf(key), value);
  }

  async close(): Promise<void> {
    await this.#units.close();
    this.#release();
  }
}

const ALL_ACCEPTED = Buffer.from([1]);

const refusedSchema = z.array(
  z.object({
    item: z.string(),
    kind: z.enum(['report', 'image']),
    accepted: z.literal(false),
    code: z.string(),
  }),
);

/** The data folder may be that of another user. */
function asOurs(folder: string, cause: unknown): InterleaveError {
  if (cause instanceof InterleaveError) return cause;
  const detail = `What an import has done is kept in ${folder}: run it as the user of that folder, or say --state DIR.`;
  return new InterleaveError('FILE_UNWRITABLE', detail, { cause });
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest().subarray(0, 16);
}

/** Of the data and of the file of its locks. lmdb-js reads it and does not declare it; its own is 0664. */
const OURS_ALONE = { permissionsMode: 0o600 };
