import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { codeOf, type ErrorCode } from '../../../core/errors.ts';
import { UNKNOWN_CASE } from '../../../platform/kafka/dead-letter.ts';
import type { LostObject } from '../../../platform/object-store/lost-objects.ts';
import type { ObjectStore, StoredObject } from '../../../platform/object-store/object-store.ts';
import type { KnownObjects } from './known-objects.ts';

export interface CompareOptions {
  store: ObjectStore;
  known: KnownObjects;
  /** reads the bytes of every object that a case names */
  checkBytes: boolean;
  lists: { hl7: WriteStream; dicom: WriteStream };
  lost(caseId: string, code: ErrorCode, sha256: string): void;
}

export interface Compared {
  hl7: number;
  dicom: number;
  withoutReceipt: number;
}

/**
 * Goes through the object store. What nothing knows of goes into the list of its gateway, the earliest of a case first;
 * what a case names and is not there, or not whole, is told.
 */
export async function compareObjects(options: CompareOptions): Promise<Compared> {
  const { store, known } = options;
  const compared = { hl7: 0, dicom: 0, withoutReceipt: 0 };
  for (const [caseId, objects] of known.cases()) {
    const stored = await store.objects(caseId);
    const bySha256 = new Map(stored.map((object) => [object.sha256, object]));
    for (const [sha256, { size, named }] of objects) {
      if (!named) continue;
      const code = await faultOf(options, caseId, sha256, size, bySha256.get(sha256));
      if (code !== null) options.lost(caseId, code, sha256);
    }
    await list(
      options,
      compared,
      caseId,
      stored.filter(({ sha256 }) => !objects.has(sha256)),
    );
  }
  for await (const caseId of store.cases())
    if (caseId !== UNKNOWN_CASE && !known.has(caseId))
      await list(options, compared, caseId, await store.objects(caseId));
  return compared;
}

async function faultOf(
  { store, checkBytes }: CompareOptions,
  caseId: string,
  sha256: string,
  size: number,
  stored: StoredObject | undefined,
): Promise<ErrorCode | null> {
  // Its file may still be written from a journal.
  if (stored === undefined) return (await store.has(caseId, sha256)) ? null : 'OBJECT_MISSING';
  if (size >= 0 && stored.size !== size) return 'OBJECT_CORRUPT';
  if (!checkBytes) return null;
  return store.read(caseId, sha256).then(
    () => null,
    (error: unknown) => codeOf(error),
  );
}

async function list(
  { store, lists }: CompareOptions,
  compared: Compared,
  caseId: string,
  objects: readonly StoredObject[],
): Promise<void> {
  for (const { sha256, receipt, writtenAt } of objects) {
    const kind = await kindOf(store, caseId, sha256);
    if (kind === 'thumbnail') continue;
    const line: LostObject = {
      caseId,
      sha256,
      receivedAt: receipt?.receivedAt ?? writtenAt,
      sender: receipt?.sender ?? '',
      receipt: receipt !== null,
    };
    compared[kind] += 1;
    if (receipt === null) compared.withoutReceipt += 1;
    const to = lists[kind];
    if (!to.write(`${JSON.stringify(line)}\n`)) await once(to, 'drain');
  }
}

/** By their first bytes: DICOM files have `DICM` behind their preamble (PS3.10 7.1), thumbnails are JPEG. */
async function kindOf(
  store: ObjectStore,
  caseId: string,
  sha256: string,
): Promise<'hl7' | 'dicom' | 'thumbnail'> {
  const parts: Buffer[] = [];
  for await (const part of await store.open(caseId, sha256, { from: 0, to: PART10_BEGIN })) parts.push(part);
  const begin = Buffer.concat(parts);
  if (begin.toString('latin1', PART10_BEGIN - 4) === 'DICM') return 'dicom';
  return begin[0] === 0xff && begin[1] === 0xd8 && begin[2] === 0xff ? 'thumbnail' : 'hl7';
}

const PART10_BEGIN = 132;
