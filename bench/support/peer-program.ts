import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Another program that serves while it is measured. It has what it asks for when this says so. */
export class PeerProgram {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when the program has said `ready` (one line of its output), or, without it, has been started. */
  static async start(
    command: string,
    args: readonly string[],
    { ready, env = {} }: { ready?: string; env?: Record<string, string> } = {},
  ): Promise<PeerProgram> {
    const child = spawn(command, [...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const hear = (line: string) => {
        if (said.length < 50) said.push(line);
        if (ready !== undefined && line.includes(ready)) resolve();
      };
      for (const output of [child.stdout, child.stderr])
        if (output !== null) createInterface(output).on('line', hear);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${said.join('\n')}`)));
      if (ready === undefined) child.once('spawn', () => resolve());
    });
    return new PeerProgram(child);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
