import { spawn } from 'node:child_process';

/**
 * Runs a program quietly. Resolves to what it printed (both streams); rejects with an Error whose `output` is that.
 * Its children go with it: a program that is left behind by Ctrl-C would hold files that the next start needs.
 */
export function runCommand(command, args, { cwd, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-KEPT_CHARACTERS);
    };
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
