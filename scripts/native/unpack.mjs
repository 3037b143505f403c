import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../bootstrap/setup-error.mjs';
import { isProgram, placeOf } from './layout.mjs';

/** Takes out of a wheel what `placeOf` has a place for, and puts it there below `folder`. */
export async function unpack(wheel, folder) {
  const members = JSON.parse(await python('list', wheel));
  const places = members.map((member) => [member, placeOf(member)]).filter(([, place]) => place !== null);
  const paths = Object.fromEntries(places.map(([member, place]) => [member, join(folder, place)]));
  await python('take', wheel, JSON.stringify(paths));
  for (const [, place] of places) if (isProgram(place)) chmodSync(join(folder, place), 0o755);
}

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'unpack.py');

function python(act, wheel, input = '') {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [SCRIPT, act, wheel], { stdio: ['pipe', 'pipe', 'pipe'] });
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-MAX_ERROR_CHARACTERS);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      if (code === 0) resolve(output);
      else reject(toSetupError(errors));
    });
    child.stdin.on('error', () => undefined); // its end says why
    child.stdin.end(input);
  });
}

function toSetupError(errors) {
  if (/No space left/.test(errors))
    return new SetupError('RESOURCES_TOO_SMALL', 'The disk is full: free some and start again.');
  const reason = errors.trim().split('\n').at(-1);
  return new SetupError('DOWNLOAD_FAILED', `A wheel could not be unpacked: ${reason}.`);
}

const MAX_ERROR_CHARACTERS = 10_000;
