import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../platform/process/project-root.ts';

/**
 * Runs a verb as an operator would, tells what it says, and gives what it prints. `started` is told its process. Rejects where it
 * does not end with 0.
 */
export async function runVerb(
  words: readonly string[],
  say: (line: string) => void = () => undefined,
  started: (pid: number | undefined) => void = () => undefined,
): Promise<string> {
  const main = join(projectRoot(), 'build', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  started(child.pid);
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => say(chunk.toString().trimEnd()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`interleave ${words[0]} ended with ${code}: ${stdout}`);
  return stdout;
}
