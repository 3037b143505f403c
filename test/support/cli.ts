import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs the command line as a process, compiled or not as the test itself is. */
export class Cli {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const script = join(import.meta.dirname, '..', '..', 'cli', `main${extname(import.meta.filename)}`);
    this.child = spawn(process.execPath, [...process.execArgv, script, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  /** The exit code; `null` when a signal ended it. */
  async exit(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }

  /** Until the process has written this to one of its streams. Throws when it ends without, or after the time. */
  async said(words: string | RegExp, timeoutMs = 400_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!matches(`${this.stderr}\n${this.stdout}`, words)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null || Date.now() > deadline)
        throw new Error(`it never said ${words}, only: ${this.stderr}${this.stdout}`);
      await sleep(50);
    }
  }
}

/** Runs it to its end. */
export async function runCli(
  args: readonly string[],
  env?: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const cli = new Cli(args, env);
  cli.child.stdin?.end();
  const code = await cli.exit();
  return { code, stdout: cli.stdout, stderr: cli.stderr };
}

function matches(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text);
}
