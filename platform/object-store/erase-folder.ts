import { mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder, writeDurably } from '../process/files.ts';
import { forgetUnheld, isDigest, nameByDigest } from './object-names.ts';
import { ifThere } from './store-errors.ts';

/** The folder, in that of the store, of lists of what the cases hold that are being erased. */
export const ERASING = '.erasing';

/**
 * Removes the folder of a case, and what no other case holds of it. What it held is written down first: whoever does it
 * again after a crash takes away the names by digest that are left of it, however far the first one came.
 */
export async function eraseFolder(root: string, folder: string): Promise<void> {
  const list = join(root, ERASING, basename(folder));
  const listed = (await ifThere(readFile(list, 'latin1'))) ?? '';
  const digests = new Set(listed.split('\n').filter(isDigest));
  for (let isThere = true; isThere; ) {
    const names = (await ifThere(readdir(folder))) ?? [];
    for (const sha256 of names.filter(isDigest)) digests.add(sha256);
    if (digests.size > 0) await writeList(list, [...digests].join('\n'));
    for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
    isThere = !(await removeEmpty(folder)); // something came meanwhile
  }
  await syncFolder(root);
  for (const sha256 of digests) forgetUnheld(root, sha256);
  for (const names of new Set([...digests].map((sha256) => dirname(nameByDigest(root, sha256)))))
    await ifThere(syncFolder(names));
  await rm(list, { force: true });
}

/** Removes one object from the folder of a case, and its bytes where no other case holds them. */
export async function eraseFile(root: string, file: string): Promise<void> {
  await rm(file, { force: true });
  await ifThere(syncFolder(dirname(file)));
  forgetUnheld(root, basename(file));
  await ifThere(syncFolder(dirname(nameByDigest(root, basename(file)))));
}

/** False where it is not empty. */
async function removeEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** Whole or as it was. */
async function writeList(list: string, text: string): Promise<void> {
  const folder = dirname(list);
  if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined)
    await syncFolder(dirname(folder));
  await writeDurably(`${list}.new`, text);
  await rename(`${list}.new`, list);
  await syncFolder(folder);
}
