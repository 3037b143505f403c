import { chown, lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

export interface User {
  uid: number;
  gid: number;
}

/** `nobody`, who owns nothing: Elasticsearch runs as this user when we are root. */
export const NOBODY: User = { uid: 65_534, gid: 65_534 };

/** The user that Elasticsearch must be started as: `undefined` for our own, which is right unless we are root. */
export function elasticsearchUser(uid = process.getuid?.()): User | undefined {
  return uid === 0 ? NOBODY : undefined;
}

/** Whether the user can reach this folder: every folder on the way lets them pass (its own rights do not count). */
export async function canReach(folder: string, user: User): Promise<boolean> {
  for (let parent = dirname(resolve(folder)); ; parent = dirname(parent)) {
    const { mode, uid, gid } = await stat(parent);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 0) return false;
    if (parent === dirname(parent)) return true;
  }
}

/** Makes the user the owner of a folder and of all in it. */
export async function giveTo(folder: string, user: User): Promise<void> {
  const { uid, gid } = await lstat(folder);
  if (uid !== user.uid || gid !== user.gid) await chown(folder, user.uid, user.gid);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveTo(path, user);
    else if (entry.isFile()) await chown(path, user.uid, user.gid);
  }
}
