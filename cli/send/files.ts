import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';

/** The files that the words of a command line name, in order; a folder means all files below it, sorted. */
export async function filesOf(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const entry = await stat(path).catch((cause: unknown) => {
      throw new InterleaveError('USAGE', `There is no file ${path}.`, { cause });
    });
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else found.push(path);
  }
  return found;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
