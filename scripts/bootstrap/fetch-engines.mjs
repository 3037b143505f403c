import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { downloads, root } from './project.mjs';
import { runCommand } from './run-command.mjs';
import { StampedFolder } from './stamped-folder.mjs';

export const ENGINES = ['kafka', 'elasticsearch'];

/** Fills `.interleave/engines/<name>` by an ordinary Maven build of `infra/embedded/<name>/pom.xml`; resolves to the program's folder. */
export async function fetchEngine(name) {
  const engine = stamped(name);
  await engine.make(async (folder) => {
    await mavenBuild(pomOf(name), folder, name);
    makeReadable(folder);
  });
  // Elasticsearch's archive has one folder inside.
  const inner = readdirSync(engine.folder).find((entry) => entry.startsWith(`${name}-`));
  return inner === undefined ? engine.folder : join(engine.folder, inner);
}

/** Whether this engine is there, whole, in the version that its pom names. */
export function enginePresent(name) {
  return stamped(name).present;
}

const stamped = (name) => new StampedFolder(join(downloads, 'engines', name), [pomOf(name)]);
const pomOf = (name) => join(root, 'infra', 'embedded', name, 'pom.xml');

/** A connection may break once. */
const ATTEMPTS = 2;

/** Runs a Maven build that gathers files into `folder`. */
export async function mavenBuild(pom, folder, name) {
  const args = ['-B', '-ntp', '-q', '-f', pom, `-Dengine.folder=${folder}`, 'package'];
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
