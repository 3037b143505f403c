import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Narrowed, narrowInside } from '../../platform/private-folder.ts';

/**
 * Makes the data folder private: nobody but its owner can read anything in it. Files and folders of a version that had
 * another mask, or that were unpacked with one, are narrowed, and how many is said.
 *
 * The folder itself keeps the right to pass (0711) where root starts us, because Elasticsearch then runs as another user
 * (`infra/embedded/elasticsearch-place.ts` gives it); that is the only one.
 */
export async function makeDataPrivate(dataDir: string, say: (line: string) => void): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
  const objects = join(dataDir, 'objects');
  const done = join(dataDir, 'run', 'objects-private');
  // Millions of objects are looked at once: whatever version wrote them gave each its own rights.
  const skip = existsSync(done) ? (path: string) => dirname(path) === objects : undefined;
  const { narrowed, refused } = await narrowInside(dataDir, skip);
  if (narrowed > 0)
    say(
      `! ${count(narrowed)} below ${dataDir} could be reached by other users of this machine; now only by their owner`,
    );
  if (refused > 0)
    say(`! ${count(refused)} below ${dataDir} can be reached by other users, and belong to somebody else`);
  await markDone(done, refused);
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
