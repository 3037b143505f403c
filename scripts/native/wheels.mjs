import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { say } from '../bootstrap/progress.mjs';
import { runCommand } from '../bootstrap/run-command.mjs';
import { SetupError } from '../bootstrap/setup-error.mjs';

/** For this Python the wheels are built; the one on this machine only runs pip, and may be another. */
const TARGET = ['--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311', '--abi', 'none'];
const PLATFORMS = ['manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'manylinux1_x86_64', 'any'];

/**
 * The options of pip that get exactly this wheel: by name, version and SHA-256, without what it depends on, from wherever
 * pip is set up to get things.
 */
export function pipArguments({ requirements, folder }) {
  return [
    ...['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary', ':all:', '--no-cache-dir'],
    ...['--disable-pip-version-check', '--no-input', '--require-hashes', '-r', requirements, '-d', folder],
    ...TARGET,
    ...PLATFORMS.flatMap((platform) => ['--platform', platform]),
  ];
}

export function requirementOf({ name, version, sha256 }) {
  return `${name}==${version} --hash=sha256:${sha256}\n`;
}

/**
 * Downloads one wheel into `folder` and resolves to its path. One that is there whole, from a run that was cut short, is
 * taken as it is. `progress` is told how many bytes of it are there, twice a second.
 */
export async function downloadWheel(wheel, folder, progress) {
  const target = join(folder, wheel.file);
  if (await isWhole(target, wheel)) return target;
  // A machine's /tmp may be its memory, and pip keeps there what it downloads.
  const temporary = join(folder, 'tmp');
  rmSync(temporary, { recursive: true, force: true });
  rmSync(target, { force: true });
  mkdirSync(temporary, { recursive: true });
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, requirementOf(wheel));
  const watch = setInterval(() => progress(Math.min(largestIn(temporary), wheel.bytes)), WATCH_MS);
  try {
    await attempt(wheel, { requirements, folder, temporary });
  } finally {
    clearInterval(watch);
    rmSync(temporary, { recursive: true, force: true });
  }
  if (!(await isWhole(target, wheel)))
    throw new SetupError('DOWNLOAD_FAILED', `pip brought another ${wheel.name} than the one that is meant.`);
  return target;
}

/** A connection may break once. */
async function attempt(wheel, { requirements, folder, temporary }) {
  for (let left = ATTEMPTS; ; left--)
    try {
      await runCommand('python3', pipArguments({ requirements, folder }), {
        log: `pip-${wheel.name}`,
        code: 'DOWNLOAD_FAILED',
        sentence: `pip could not get ${wheel.name} ${wheel.version}: check the network and your pip settings, then start again; what is there already stays`,
        env: { TMPDIR: temporary },
      });
      return;
    } catch (error) {
      if (left <= 1) throw error;
      say(`  … ${wheel.name} once more`);
    }
}

async function isWhole(file, { bytes, sha256 }) {
  if (!existsSync(file) || statSync(file).size !== bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex') === sha256;
}

/** pip downloads into one file that grows. */
function largestIn(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce(
        (most, entry) => Math.max(most, statSync(join(entry.parentPath ?? entry.path, entry.name)).size),
        0,
      );
  } catch {
    return 0; // a file went while we looked
  }
}

const ATTEMPTS = 2;
const WATCH_MS = 500;
