import { statfs } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';
import { LOW_FREE_BYTES, MIN_FREE_BYTES } from './limits.ts';

/**
 * - `ROOM`: enough is free
 * - `DISK_LOW`: everything works, and somebody should make room
 * - `DISK_FULL`: nothing more is taken
 * - `DISK_FAILED`: the disk does not say how much is free
 */
export type DiskState = 'ROOM' | 'DISK_LOW' | 'DISK_FULL' | 'DISK_FAILED';

export interface DiskSpace {
  state: DiskState;
  /** in bytes, for us (what is kept for root is not); 0 where it is not known */
  free: number;
  /** one sentence with code, what is free and what is missing; '' where there is room */
  detail: string;
}

/** How the disk is that holds this folder. Never rejects. */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const free = await freeBytes(folder).catch(() => null);
  if (free === null) return { state: 'DISK_FAILED', free: 0, detail: `DISK_FAILED: ${folder}` };
  return { state: stateOf(free), free, detail: detailOf(free) };
}

/** Rejects with the error of the operating system. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The room that is missing until `needed` bytes are free, in words; null where they are. */
export function lacking(free: number, needed: number): string | null {
  if (free >= needed) return null;
  return `DISK_FULL: ${mebibytes(free)} free, ${mebibytes(needed - free)} more needed`;
}

/** `DISK_FULL` or `DISK_FAILED` for an error of the file system or of lmdb; any other stays what it is. */
export function toDiskError(cause: unknown): unknown {
  const code = (cause as { code?: unknown } | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT' || FULL.has(code) || saysFull(cause))
    return new InterleaveError('DISK_FULL', undefined, { cause });
  if (code === 'EIO' || code === 'EROFS' || code === EIO)
    return new InterleaveError('DISK_FAILED', undefined, { cause });
  return cause;
}

/** lmdb-js gives the numbers of errno(3) and of lmdb itself: ENOSPC, EDQUOT, MDB_MAP_FULL. */
const FULL = new Set<unknown>([28, 122, -30792]);
const EIO = 5;

/** Errors of lmdb that come without a code. */
function saysFull(cause: unknown): boolean {
  return cause instanceof Error && /no space left on device|quota exceeded|MDB_MAP_FULL/i.test(cause.message);
}

function stateOf(free: number): DiskState {
  if (free < MIN_FREE_BYTES) return 'DISK_FULL';
  return free < LOW_FREE_BYTES ? 'DISK_LOW' : 'ROOM';
}

function detailOf(free: number): string {
  const missing = lacking(free, MIN_FREE_BYTES);
  if (missing !== null) return missing;
  if (free >= LOW_FREE_BYTES) return '';
  return `DISK_LOW: ${mebibytes(free)} free, at ${mebibytes(MIN_FREE_BYTES)} nothing more is taken`;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024))} MiB`;
}
