import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoundedLog } from './bounded-log.ts';
import { STOP_GRACE_MS } from './limits.ts';
import { withPrivateUmask } from './private-umask.ts';
import { groupExists, identify, type ProcessIdentity, signalGroup } from './process-identity.ts';

export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Run as another user (only root can). */
  user?: { uid: number; gid: number };
  logFile: string;
  stopGraceMs?: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * A child process with a group of its own: Ctrl-C in the terminal reaches only us, so we decide the order of stopping,
 * and whatever the child itself started goes with it. Its output goes to a bounded log. What it writes is its user's alone.
 */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  readonly startedAt = Date.now();
  /** Resolves when the process has ended, however it did; never rejects. */
  readonly exited: Promise<Exit>;
  /** Resolves when all that it wrote is in its log. */
  readonly silent: Promise<void>;
  readonly #child: ChildProcess;
  readonly #log: BoundedLog;
  #exit: Exit | undefined;

  constructor(spec: ProcessSpec) {
    this.spec = spec;
    this.#log = new BoundedLog(spec.logFile);
    this.#child = withPrivateUmask(() =>
      spawn(spec.command, [...spec.args], {
        cwd: spec.cwd,
        env: spec.env ?? process.env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(spec.user ?? {}),
      }),
    );
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#log.write(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#log.write(chunk));
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit) => {
        this.#exit = exit;
        live.delete(this);
        resolve(exit);
      };
      this.#child.once('exit', (code, signal) => ended({ code, signal }));
      this.#child.once('error', (error) => {
        this.#log.write(Buffer.from(`${error.message}\n`));
        if (this.#child.pid === undefined) ended({ code: 127, signal: null });
      });
    });
    this.silent = new Promise((resolve) => {
      this.#child.once('close', () => {
        this.#log.close();
        resolve();
      });
    });
    if (this.pid !== undefined) live.add(this);
    stopAllWhenWeExit();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  identity(): ProcessIdentity | undefined {
    return this.pid === undefined ? undefined : identify(this.pid);
  }

  lastLines(count?: number): string[] {
    return this.#log.lastLines(count);
  }

  /** SIGTERM to the group, SIGKILL after the grace; resolves when no process of the group is left. */
  async stop(graceMs = this.spec.stopGraceMs ?? STOP_GRACE_MS): Promise<Exit> {
    const group = this.pid;
    if (group === undefined) return this.exited;
    const deadline = Date.now() + graceMs;
    signalGroup(group, 'SIGTERM');
    while (groupExists(group) && Date.now() < deadline) await sleep(POLL_MS);
    while (groupExists(group)) {
      signalGroup(group, 'SIGKILL');
      await sleep(POLL_MS);
    }
    return this.exited;
  }

  /** Lets our process end while this one runs (it is then killed, see below). */
  unref(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream instanceof Socket) stream.unref();
  }

  /** SIGKILL at once, without waiting. */
  kill(): void {
    if (this.pid !== undefined) signalGroup(this.pid, 'SIGKILL');
  }
}

const POLL_MS = 50;

/** Children that still run: they are ended with us, whatever ends us short of SIGKILL. */
const live = new Set<ManagedProcess>();
let hooked = false;

function stopAllWhenWeExit(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const child of live) child.kill();
  });
}
