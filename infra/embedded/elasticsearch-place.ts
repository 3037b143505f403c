import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';
import { canReach, type User } from './unprivileged-user.ts';

export interface ElasticsearchPlace {
  /** The distribution. */
  home: string;
  /** Its configuration and data. */
  folder: string;
}

/** Where things go that the user `nobody` must reach, when the checkout or the data folder cannot be reached (`/root`). */
const SHARED_FOLDER = '/var/lib/interleave';

/**
 * Where Elasticsearch's program and data are. Usually in the checkout and in the data folder; as root with a checkout
 * below a private folder, copies of the program and the data go to a folder that `nobody` can reach, and that is said.
 */
export async function elasticsearchPlace(options: {
  home: string;
  dataDir: string;
  javaHome: string;
  user: User | undefined;
  log: (line: string) => void;
  sharedFolder?: string;
}): Promise<ElasticsearchPlace> {
  const { home, dataDir, user, log, sharedFolder = SHARED_FOLDER } = options;
  const folder = join(dataDir, 'elasticsearch');
  if (user === undefined) return { home, folder };
  if (!(await canReach(join(options.javaHome, 'bin', 'java'), user)))
    throw new InterleaveError(
      'PREREQUISITE_MISSING',
      `Elasticsearch does not run as root, and the user "nobody" cannot reach the Java in ${options.javaHome}: ` +
        'install Java for all users, or start Interleave as an ordinary user.',
    );
  await letPass(dataDir);
  const place = {
    home: (await canReach(join(home, 'bin'), user)) ? home : await copyProgram(home, sharedFolder),
    folder: (await canReach(folder, user)) ? folder : await sharedData(dataDir, sharedFolder),
  };
  if (place.folder !== folder)
    log(`Elasticsearch (as user "nobody") cannot reach ${dataDir}: its index is in ${place.folder}`);
  return place;
}

/** Lets other users pass through a folder of ours, not read it. What is private in it has rights of its own. */
async function letPass(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & 0o011) !== 0o011) await chmod(folder, (mode & 0o777) | 0o011);
}

async function copyProgram(home: string, sharedFolder: string): Promise<string> {
  const copy = join(sharedFolder, 'engines', basename(home));
  const exists = await stat(copy).then(
    () => true,
    () => false,
  );
  if (exists) return copy;
  const partial = `${copy}.partial-${process.pid}`;
  for (const folder of [sharedFolder, join(sharedFolder, 'engines')]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755); // a program, which the other user must read, whatever our mask is
  }
  await rm(partial, { recursive: true, force: true });
  await cp(home, partial, { recursive: true });
  await rename(partial, copy);
  return copy;
}

/** Named by a random id that lies in the data folder, so that a new data folder never meets an old index. */
async function sharedData(dataDir: string, sharedFolder: string): Promise<string> {
  const idFile = join(dataDir, 'elasticsearch-id');
  const id = await readFile(idFile, 'utf8').catch(async () => {
    const fresh = randomBytes(8).toString('hex');
    await writeFile(idFile, fresh, { mode: 0o600 });
    return fresh;
  });
  const all = join(sharedFolder, 'data');
  // Others pass through both, and cannot list whose data there are; the folder itself becomes private (`elasticsearch.ts`).
  await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
  await mkdir(all, { recursive: true, mode: 0o711 });
  await chmod(all, 0o711);
  const folder = join(all, id.trim());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
