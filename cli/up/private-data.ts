import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Narrowed, narrowInside } from '../../platform/process/private-folder.ts';

/** What lies in a data folder. */
const OURS: ReadonlySet<string> = new Set([
  'act-token',
  'dicom-gateway',
  'elasticsearch',
  'elasticsearch-id',
  'joiner',
  'kafka',
  'logs',
  'objects',
  'run',
  'simulator',
  'site-secret',
]);

/**
 * Makes the data folder private: nobody but its owner can read anything of ours in it. Files and folders of a version
 * that had another mask, or that were unpacked with one, are narrowed, and how many is said. What is not ours is left as
 * it is, and then the folder itself, too: somebody chose one that serves something else.
 *
 * The folder itself keeps the right to pass (0711) where root starts us, because Elasticsearch then runs as another user
 * (`infra/embedded/elasticsearch-place.ts` gives it); that is the only one.
 */
export async function makeDataPrivate(dataDir: string, say: (line: string) => void): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const objects = join(dataDir, 'objects');
  const done = join(dataDir, 'run', 'objects-private');
  // Millions of objects are looked at once: whatever version wrote them gave each its own rights.
  const looked = existsSync(done);
  const { narrowed, refused } = await narrowInside(dataDir, {
    only: (path) => dirname(path) !== dataDir || OURS.has(path.slice(dataDir.length + 1)),
    skip: (path) => looked && dirname(path) === objects,
  });
  if ((await readdir(dataDir)).every((name) => OURS.has(name))) await takeAway(dataDir);
  if (narrowed > 0)
    say(
      `! ${count(narrowed)} below ${dataDir} could be reached by other users of this machine; now only by their owner`,
    );
  if (refused > 0)
    say(`! ${count(refused)} below ${dataDir} can be reached by other users, and belong to somebody else`);
  await markDone(done, refused);
}

async function takeAway(dataDir: string): Promise<void> {
  const { mode, uid } = await stat(dataDir);
  if (uid === process.getuid?.()) await chmod(dataDir, mode & 0o700);
}

/** Without the mark everything is looked at again. */
async function markDone(file: string, refused: Narrowed['refused']): Promise<void> {
  if (refused > 0) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, '', { mode: 0o600 });
}

function count(files: number): string {
  return `${files} ${files === 1 ? 'file or folder' : 'files and folders'}`;
}
