import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Instance } from '../cli/up/instance.ts';
import { projectRoot } from '../platform/process/project-root.ts';

/**
 * The whole system, as `interleave up` starts it: Kafka, Elasticsearch and the seven services as processes, on free
 * ports, with an empty data folder of its own.
 */
export class System {
  readonly dataDir: string;
  readonly instance: Instance;
  readonly #child: ChildProcess;
  readonly #said: string[];

  private constructor(dataDir: string, instance: Instance, child: ChildProcess, said: string[]) {
    this.dataDir = dataDir;
    this.instance = instance;
    this.#child = child;
    this.#said = said;
  }

  /** `folder` is where its data folder is made. */
  static start(
    options: string[] = ['--no-feed'],
    env: Record<string, string> = {},
    folder: string = tmpdir(),
  ): Promise<System> {
    return System.startOn(mkdtempSync(join(folder, 'interleave-system-')), options, env);
  }

  /** The same on a data folder that holds something already; it is deleted at the end like any other. */
  static async startOn(
    dataDir: string,
    options: string[] = ['--no-feed'],
    env: Record<string, string> = {},
  ): Promise<System> {
    const child = spawn(
      process.execPath,
      [
        join(projectRoot(), 'build', 'cli', 'main.js'),
        'up',
        ...options,
        '--any-ports',
        '--json',
        '--data-dir',
        dataDir,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
    );
    const said: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const instance = await new Promise<Instance>((resolve, reject) => {
      if (child.stdout !== null)
        createInterface(child.stdout).on('line', (line) => {
          if (!line.startsWith('{')) return;
          const told = JSON.parse(line) as Instance | { error: unknown };
          if ('error' in told) reject(new Error(`up failed: ${line}`));
          else resolve(told);
        });
      child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${said.join('')}`)));
    });
    return new System(dataDir, instance, child, said);
  }

  /**
   * Kills a service without warning; the supervisor starts it again. Or sends it another signal: SIGSTOP lets it stand
   * still, SIGCONT go on. Returns the pid it had.
   */
  kill(service: string, signal: NodeJS.Signals = 'SIGKILL'): number {
    const instance = JSON.parse(readFileSync(join(this.dataDir, 'run', 'up.json'), 'utf8')) as Instance;
    const pid = instance.children.find((child) => child.name === service)?.identity.pid;
    if (pid === undefined) throw new Error(`${service} is not among the processes`);
    process.kill(pid, signal);
    return pid;
  }

  /** What the operator was told in the terminal. */
  said(): string {
    return this.#said.join('');
  }

  /** Every line that any process of the system has logged. */
  logs(): string {
    const folder = join(this.dataDir, 'logs');
    return readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
  }

  async metrics(service: string): Promise<string> {
    const port = this.instance.health[service];
    return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
