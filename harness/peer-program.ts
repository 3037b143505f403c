import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PeerOptions {
  env?: Record<string, string>;
}

/** Runs another program, in the folder for temporary files, to its end and resolves to the lines it printed. Rejects where its exit code is not 0. */
export async function runPeer(
  command: string,
  args: readonly string[],
  { env = {} }: PeerOptions = {},
): Promise<string[]> {
  const { stdout } = await run(command, [...args], {
    env: { ...process.env, ...env },
    cwd: tmpdir(),
    maxBuffer: 16 * 1024 * 1024,
    timeout: PATIENCE_MS,
  });
  return stdout.split(/\r?\n/).filter((line) => line !== '');
}

const PATIENCE_MS = 120_000;

/** Another program that serves while it is tested or measured. What it writes where it stands (HAPI an `id_file`) is none of ours. */
export class PeerProgram {
  readonly #child: ChildProcess;
  /** the first lines it printed */
  readonly said: string[];

  private constructor(child: ChildProcess, said: string[]) {
    this.#child = child;
    this.said = said;
  }

  /** Resolves when the program has said `ready` (a part of one line), or, without it, has been started. */
  static async start(
    command: string,
    args: readonly string[],
    { ready, env = {} }: PeerOptions & { ready?: string } = {},
  ): Promise<PeerProgram> {
    const child = spawn(command, [...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      cwd: tmpdir(),
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const hear = (line: string) => {
        if (said.length < MOST_LINES) said.push(line);
        if (ready !== undefined && line.includes(ready)) resolve();
      };
      for (const output of [child.stdout, child.stderr])
        if (output !== null) createInterface(output).on('line', hear);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${said.join('\n')}`)));
      if (ready === undefined) child.once('spawn', () => resolve());
    });
    return new PeerProgram(child, said);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

const MOST_LINES = 1_000;
