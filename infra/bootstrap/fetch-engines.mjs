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
import { SetupError } from './setup-error.mjs';

/**
 * Fills `.interleave/engines/<name>` by an ordinary Maven build of `infra/embedded/<name>/pom.xml`, once per content of
 * that file. The build goes to a folder beside, which gets its name when it is complete and stamped: a half-done
 * download is never taken for a done one. Resolves to the folder of the program.
 */
export async function fetchEngine(name) {
  const pom = join(root, 'infra', 'embedded', name, 'pom.xml');
  const wanted = createHash('sha256').update(readFileSync(pom)).digest('hex');
  const engines = join(downloads, 'engines');
  const folder = join(engines, name);
  if (stampOf(folder) !== wanted) {
    mkdirSync(engines, { recursive: true, mode: 0o755 });
    const partial = join(engines, `.partial-${name}-${process.pid}`);
    try {
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { mode: 0o755 });
      await build(name, pom, partial);
      makeReadable(partial);
      writeFileSync(join(partial, STAMP), wanted);
      if (stampOf(folder) !== wanted) {
        rmSync(folder, { recursive: true, force: true });
        renameSync(partial, folder);
      }
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return programFolder(folder);
}

/** Whether both engines are there in the versions that the poms name. */
export function enginesPresent() {
  return ENGINES.every((name) => {
    const pom = readFileSync(join(root, 'infra', 'embedded', name, 'pom.xml'));
    return stampOf(join(downloads, 'engines', name)) === createHash('sha256').update(pom).digest('hex');
  });
}

export const ENGINES = ['kafka', 'elasticsearch'];

const STAMP = '.stamp';
const ATTEMPTS = 2;

function stampOf(folder) {
  const file = join(folder, STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

async function build(name, pom, folder) {
  const log = join(downloads, 'logs', `maven-${name}.log`);
  mkdirSync(join(downloads, 'logs'), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      await runCommand('mvn', ['-B', '-ntp', '-q', '-f', pom, `-Dengine.folder=${folder}`, 'package']);
      return;
    } catch (error) {
      writeFileSync(log, withoutAddresses(error.output ?? String(error)));
      if (error.code === 'ENOENT')
        throw new SetupError(
          'PREREQUISITE_MISSING',
          'Maven (mvn) must be on the PATH (Debian: apt-get install maven).',
        );
      if (attempt >= ATTEMPTS)
        throw new SetupError(
          'DOWNLOAD_FAILED',
          `Maven could not fetch ${name}; check the network or your Maven settings, and start again (details: ${log}).`,
        );
    }
  }
}

function withoutAddresses(text) {
  return text.replace(/\bhttps?:\/\/[^\s)]+/g, '(address)');
}

/** Elasticsearch runs as another user when we are root, whatever the umask was. */
function makeReadable(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const program = /[\\/](bin|cli-launcher)$/.test(entry.parentPath ?? entry.path);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, program ? 0o755 : 0o644);
  }
}

/** Elasticsearch's archive has one folder inside. */
function programFolder(folder) {
  const inner = readdirSync(folder).find((entry) => entry.startsWith('elasticsearch-'));
  return inner === undefined ? folder : join(folder, inner);
}
