import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../platform/process/project-root.ts';

export interface JoinerProcessOptions {
  brokers: string[];
  partitions: number;
  dataDir: string;
  /** the cache folder; two processes need two */
  instance: string;
}

/** A joiner in a process of its own, to be killed. Its log goes to `<data-dir>/joiner-<instance>.log`. */
export class JoinerProcess {
  readonly #child: ChildProcess;
  /** messages of its log, with how often they came */
  readonly said = new Map<string, number>();

  constructor(options: JoinerProcessOptions) {
    const secret = join(options.dataDir, 'site-secret');
    if (!existsSync(secret)) writeFileSync(secret, randomBytes(32), { mode: 0o600 });
    this.#child = spawn(
      process.execPath,
      ['--import', 'tsx', join(projectRoot(), 'services/joiner/main.ts')],
      {
        cwd: projectRoot(),
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...process.env,
          INTERLEAVE_KAFKA_BROKERS: options.brokers.join(','),
          INTERLEAVE_PARTITIONS: String(options.partitions),
          INTERLEAVE_DATA_DIR: options.dataDir,
          INTERLEAVE_JOINER_INSTANCE: options.instance,
          INTERLEAVE_HEALTH_PORT: '0',
          INTERLEAVE_LOG_LEVEL: 'info',
        },
      },
    );
    const log = createWriteStream(join(options.dataDir, `joiner-${options.instance}.log`), { flags: 'a' });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('the joiner has no output');
    createInterface(stdout).on('line', (line) => {
      log.write(`${line}\n`);
      const message = /"msg":"([^"]*)"/.exec(line)?.[1] ?? '';
      this.said.set(message, (this.said.get(message) ?? 0) + 1);
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends it at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#signal('SIGKILL');
  }

  /** Ends it as an operator does; resolves with the exit code. */
  async stop(): Promise<number | null> {
    await this.#signal('SIGTERM');
    return this.#child.exitCode;
  }

  /** Stops the process as a long pause of its machine would; the group soon takes it for dead. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async #signal(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }
}
