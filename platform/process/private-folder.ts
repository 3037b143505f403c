import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from './log.ts';

/** What is made with this mask can be read and entered by its own user only. */
export const PRIVATE_UMASK = 0o077;

/** Anything that a group or others may do with a file. */
const OTHERS = 0o077;

export interface Narrowed {
  /** Files and folders that others could do something with until now. */
  narrowed: number;
  /** Those that belong to somebody else, whose rights we may not change. */
  refused: number;
}

/** Of paths. */
interface Choice {
  only?: (path: string) => boolean;
  skip?: (path: string) => boolean;
}

/**
 * Makes a folder (mode 0700) where there is none, and takes from everybody but its owner all rights to it and to all that
 * lies in it: patient data were written by a version, or unpacked by a user, with another mask.
 *
 * Rejects with the error of the operating system where the folder cannot be made.
 */
export async function privateFolder(folder: string): Promise<Narrowed> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const own = await narrowOne(folder);
  const inside = await narrowInside(folder);
  return sum([own, inside]);
}

/**
 * Takes from everybody but the owner all rights to what lies in a folder, the folder itself left out. Links are not
 * followed and what vanishes meanwhile is passed over. `only` says what is narrowed at all, `skip` which folders are narrowed
 * and not looked into.
 */
export async function narrowInside(
  folder: string,
  { only = () => true, skip = () => false }: Choice = {},
): Promise<Narrowed> {
  const result: Narrowed = { narrowed: 0, refused: 0 };
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isSymbolicLink() || !only(path)) continue;
      const { narrowed, refused } = await narrowOne(path);
      result.narrowed += narrowed;
      result.refused += refused;
      if (entry.isDirectory() && !skip(path)) open.push(path);
    }
  }
  return result;
}

/** Says how many were narrowed, where there were any. */
export function tellNarrowed({ narrowed, refused }: Narrowed, folder: string, log: Logger): void {
  if (narrowed + refused > 0) log.warn({ folder, narrowed, refused }, 'folder.narrowed');
}

async function narrowOne(path: string): Promise<Narrowed> {
  try {
    const { mode } = await lstat(path);
    if ((mode & OTHERS) === 0) return { narrowed: 0, refused: 0 };
    await chmod(path, mode & 0o700);
    return { narrowed: 1, refused: 0 };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { narrowed: 0, refused: code === 'ENOENT' ? 0 : 1 };
  }
}

function sum(parts: readonly Narrowed[]): Narrowed {
  return {
    narrowed: parts.reduce((total, part) => total + part.narrowed, 0),
    refused: parts.reduce((total, part) => total + part.refused, 0),
  };
}
