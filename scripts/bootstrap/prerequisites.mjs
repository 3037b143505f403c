import { mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** Node must be 20.19 to 22: older ones lack what we use, newer ones cannot load TensorFlow's native module. */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19) || major > 22)
    throw missing(`Node.js 20.19 to 22 is needed and this is ${version}: install Node.js 22`);
}

export async function requireJava(java = javaCommand()) {
  const version = /version "(\d+)/.exec(await versionOf(java, ['-version']))?.[1];
  if (!(Number(version) >= 17))
    throw missing('Java 17 or newer must be on the PATH (Debian: apt-get install default-jre-headless)');
}

export async function requireMaven(maven = 'mvn') {
  if (!/Apache Maven/.test(await versionOf(maven, ['-v'])))
    throw missing('Maven (mvn) must be on the PATH (Debian: apt-get install maven)');
}

export async function requirePython(python = 'python3') {
  if (!/^pip /m.test(await versionOf(python, ['-m', 'pip', '--version'])))
    throw missing('Python 3 with pip must be on the PATH (Debian: apt-get install python3-pip)');
}

/** Packages, engines, weights and the compiled program take about 2 GB; a first day of data the rest. */
export async function requireDisk(folder, neededMb = 3 * 1024) {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb < neededMb)
    throw new SetupError(
      'RESOURCES_TOO_SMALL',
      `About ${gigabytes(neededMb)} of disk space is needed in ${folder} and ${gigabytes(freeMb)} is free: free some and start again.`,
    );
}

function javaCommand() {
  return process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
}

function versionOf(command, args) {
  return run(command, args).catch(() => '');
}

function missing(sentence) {
  return new SetupError('PREREQUISITE_MISSING', `${sentence}.`);
}

function gigabytes(mb) {
  return `${(mb / 1024).toFixed(1)} GB`;
}
