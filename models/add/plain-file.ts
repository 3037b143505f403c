import { lstat, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';

/**
 * Where a file of a user's folder is, seen to be a plain file below it: no link leads out of the folder, and no pipe or
 * device is opened.
 * @throws InterleaveError ENCODER_FILE_REFUSED
 */
export async function plainFile(folder: string, path: string, maxBytes: number): Promise<string> {
  const refuse = (why: string, cause?: unknown) =>
    new InterleaveError('ENCODER_FILE_REFUSED', `${path} ${why}.`, { cause });
  let found: { place: string; isFile: boolean; size: number };
  try {
    const root = await realpath(folder);
    const place = join(root, path);
    if ((await realpath(place)) !== place || !place.startsWith(root + sep))
      throw refuse('is a link: copy the file itself into the folder (cp -L)');
    const stats = await lstat(place);
    found = { place, isFile: stats.isFile(), size: stats.size };
  } catch (cause) {
    if (cause instanceof InterleaveError) throw cause;
    throw refuse(`is not in ${folder}, or cannot be read`, cause);
  }
  if (!found.isFile) throw refuse('is no plain file');
  if (found.size === 0) throw refuse('is empty');
  if (found.size > maxBytes) throw refuse(`has ${found.size} bytes, and at most ${maxBytes} are read`);
  return found.place;
}

/** Its bytes. @throws InterleaveError ENCODER_FILE_REFUSED */
export async function readPlainFile(folder: string, path: string, maxBytes: number): Promise<Buffer> {
  const place = await plainFile(folder, path, maxBytes);
  return readFile(place).catch((cause: unknown) => {
    throw new InterleaveError('ENCODER_FILE_REFUSED', `${path} cannot be read.`, { cause });
  });
}
