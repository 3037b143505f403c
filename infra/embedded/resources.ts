import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { InterleaveError } from '../../core/errors.ts';

const MB = 1024 * 1024;

/** Memory that a new process could have, within the limits of a container. */
export function availableMemoryMb(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const limit = constrained > 0 ? constrained - process.memoryUsage.rss() : Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(freemem(), limit) / MB);
}

/** Throws `RESOURCES_TOO_SMALL` when less is free than is needed. */
export function requireMemory(neededMb: number, what: string, availableMb = availableMemoryMb()): void {
  if (availableMb >= neededMb) return;
  throw new InterleaveError(
    'RESOURCES_TOO_SMALL',
    `${what} needs about ${gigabytes(neededMb)} of free memory and ${gigabytes(availableMb)} is free: ` +
      'close other programs or use a larger machine.',
  );
}

/** Throws `RESOURCES_TOO_SMALL` when the disk that holds this (existing) folder has less free space than is needed. */
export async function requireDisk(folder: string, neededMb: number, availableMb?: number): Promise<void> {
  const free = availableMb ?? (await freeDiskMb(folder));
  if (free >= neededMb) return;
  throw new InterleaveError(
    'RESOURCES_TOO_SMALL',
    `${gigabytes(neededMb)} of disk space is needed below ${folder} and ${gigabytes(free)} is free: ` +
      'free some, or choose another place with --data-dir.',
  );
}

async function freeDiskMb(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / MB);
}

function gigabytes(mb: number): string {
  return `${(mb / 1024).toFixed(1)} GB`;
}
