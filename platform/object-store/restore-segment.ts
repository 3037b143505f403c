import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DamagedRecord, type JournalRecord, scanSegment } from './journal-record.ts';
import { MAX_READ_TRIES, RETRY_MS } from './limits.ts';
import { readSegment, withFile } from './segment-file.ts';
import type { DamagedObject } from './store-observer.ts';

/** Where a record stands in the journal: whether its case was erased meanwhile, by any process, can be seen there. */
export interface Journaled {
  /** descriptor, open until `files` of the record resolves, or `restore` does */
  segment: number;
  at: number;
  /** of the record, with its end, as it was written */
  line: string;
}

export type PlacedInSegment = JournalRecord & Journaled;

export interface RestoreOptions {
  /** Writes again those files of the records that are not there or not whole; resolves with what could not be read. */
  restore: (records: PlacedInSegment[]) => Promise<PlacedInSegment[]>;
  /** Those of its cases that have no whole file of it. */
  lacking: (record: Pick<JournalRecord, 'sha256' | 'caseIds'>) => Promise<string[]>;
  /** default `RETRY_MS` */
  retryMs?: number;
}

/**
 * Restores what a segment holds, and tells what of it is damaged and lost. A case may be erased while its files are
 * restored: each record is looked at again, in the file itself. At the end of a segment that is no orphan another
 * process may just be writing a record: nothing is said of that.
 */
export async function restoreSegment(
  file: string,
  isOrphan: boolean,
  { restore, lacking, retryMs = RETRY_MS }: RestoreOptions,
): Promise<{ records: JournalRecord[]; damaged: DamagedObject[] }> {
  const restored = await withFile(file, 'r', async (handle) => {
    const { bytes, code, records, damaged } = await lookAgainAndAgain(file, isOrphan, retryMs);
    const placed = records.map((record) => ({
      ...record,
      segment: handle.fd,
      line: bytes.toString('latin1', record.at, record.at + record.length - record.bytes.length - 1),
    }));
    const unread = (await restore(placed)).map(asDamaged);
    const known = [...damaged, ...unread];
    if (code !== null && known.length === 0) known.push(nothingOf(bytes));
    return { records, damaged: await lost(known, lacking), code };
  });
  const { records, damaged, code } = restored ?? { records: [], damaged: [], code: null };
  const told = { segment: basename(file), why: code ?? 'SHA256' };
  return { records, damaged: damaged.map((one) => ({ ...one, ...told })) };
}

interface Look extends Pick<ReturnType<typeof scanSegment>, 'records' | 'damaged'> {
  bytes: Buffer;
  /** why some of it could not be read */
  code: string | null;
}

/** So often, while something is damaged: it may just be being written, or a case be being erased from it. */
async function lookAgainAndAgain(file: string, isOrphan: boolean, retryMs: number): Promise<Look> {
  for (let tries = 1; ; tries += 1) {
    const look = await lookAt(file, isOrphan);
    const isWell = look.code === null && look.damaged.length === 0;
    if (isWell || tries >= MAX_READ_TRIES) return look;
    await sleep(retryMs);
  }
}

async function lookAt(file: string, isOrphan: boolean): Promise<Look> {
  const { bytes, code } = (await withFile(file, 'r', readSegment)) ?? { bytes: Buffer.alloc(0), code: null };
  const { records, damaged } = scanSegment(bytes);
  return { bytes, code, records, damaged: damaged.filter(({ last }) => isOrphan || code !== null || !last) };
}

type Damaged = Pick<DamagedRecord, 'sha256' | 'caseIds' | 'at' | 'length' | 'last'>;

/** Of what cannot be read, that which has no whole files. */
async function lost(damaged: readonly Damaged[], lacking: RestoreOptions['lacking']): Promise<Damaged[]> {
  const found: Damaged[] = [];
  for (const { sha256, caseIds, at, length, last } of damaged) {
    const without = sha256 === '' ? [] : await lacking({ sha256, caseIds });
    if (sha256 === '' || without.length > 0) found.push({ sha256, caseIds: without, at, length, last });
  }
  return found;
}

function asDamaged({ sha256, caseIds, at, line, bytes }: PlacedInSegment): Damaged {
  return { sha256, caseIds, at, length: line.length + bytes.length + 1, last: false };
}

/** Of a segment of which nothing could be read. */
function nothingOf(bytes: Buffer): Damaged {
  return { sha256: '', caseIds: [], at: 0, length: bytes.length, last: true };
}
