import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloads, root } from './project.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Runs a program quietly in the checkout and resolves to what it printed. When it fails, its output goes to
 * `.interleave/logs/<log>.log` and the rejection is a `SetupError` with `sentence` and the name of that file. `env` adds to
 * the environment.
 */
export async function runCommand(command, args, { log, code, sentence, env }) {
  try {
    return await run(command, args, env);
  } catch (error) {
    const folder = join(downloads, 'logs');
    const file = join(folder, `${log}.log`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, withoutAddresses(`${error.message}\n${error.output ?? ''}`));
    throw new SetupError(code, `${sentence} (details: ${file}).`, { cause: error });
  }
}

/** The same, without a log: rejects with an Error that has `output`, and `code` ENOENT where there is no such program. */
export function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-KEPT_CHARACTERS);
    };
    // A program left behind would hold files that the next start needs.
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => {
      process.off('exit', end);
      reject(Object.assign(error, { output }));
    });
    child.once('close', (code, signal) => {
      process.off('exit', end);
      if (code === 0) resolve(output);
      else reject(Object.assign(new Error(`${command} ended with ${signal ?? code}`), { output }));
    });
  });
}

const KEPT_CHARACTERS = 200_000;

/** Where packages come from is the business of the machine's own settings. */
function withoutAddresses(text) {
  return text.replace(/\b(?:https?|git\+ssh):\/\/[^\s)'"]+/g, '(address)');
}
