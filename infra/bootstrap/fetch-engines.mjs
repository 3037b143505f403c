import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { downloads, root } from './project.mjs';
import { runCommand } from './run-command.mjs';

export const ENGINES = ['kafka', 'elasticsearch'];

/**
 * Fills `.interleave/engines/<name>` by an ordinary Maven build of `infra/embedded/<name>/pom.xml`, once per content of
 * that file. The build goes to a folder beside, which gets its name when it is complete and stamped: a half-done
 * download is never taken for a done one. Resolves to the folder of the program.
 */
export async function fetchEngine(name) {
  const folder = folderOf(name);
  if (!enginePresent(name)) {
    const partial = `${folder}.partial-${process.pid}`;
    try {
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true, mode: 0o755 });
      await gather(name, partial);
      makeReadable(partial);
      writeFileSync(join(partial, STAMP), wantedStamp(name));
      if (!enginePresent(name)) {
        rmSync(folder, { recursive: true, force: true });
        renameSync(partial, folder);
      }
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  // Elasticsearch's archive has one folder inside.
  const inner = readdirSync(folder).find((entry) => entry.startsWith(`${name}-`));
  return inner === undefined ? folder : join(folder, inner);
}

/** Whether this engine is there, whole, in the version that its pom names. */
export function enginePresent(name) {
  const stamp = join(folderOf(name), STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wantedStamp(name);
}

const STAMP = '.stamp';
const folderOf = (name) => join(downloads, 'engines', name);
const pomOf = (name) => join(root, 'infra', 'embedded', name, 'pom.xml');
const wantedStamp = (name) =>
  createHash('sha256')
    .update(readFileSync(pomOf(name)))
    .digest('hex');

/** A connection may break once. */
const ATTEMPTS = 2;

async function gather(name, folder) {
  const args = ['-B', '-ntp', '-q', '-f', pomOf(name), `-Dengine.folder=${folder}`, 'package'];
  for (let attempt = 1; ; attempt++)
    try {
      await runCommand('mvn', args, {
        log: `maven-${name}`,
        code: 'DOWNLOAD_FAILED',
        sentence: `Maven could not fetch ${name}: check the network and your Maven settings, then start again`,
      });
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
    }
}

/** Elasticsearch runs as another user when we are root, whatever the umask was. */
function makeReadable(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const parent = entry.parentPath ?? entry.path;
    const path = join(parent, entry.name);
    if (entry.isDirectory() || /[\\/]bin$/.test(parent)) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}
