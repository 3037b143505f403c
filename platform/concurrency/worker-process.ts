import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export interface WorkerProcessOptions {
  /** the module of the process, which calls `answerQuestions` */
  file: URL;
  /** V8's heap in MiB */
  maxHeapMb: number;
  /** all that the process writes to, heap, buffers and native memory together, in MiB; see `WorkerProcess` */
  maxMemoryMb: number;
}

/**
 * A process that is spoken to like a `Worker`. A thread has a limit for its heap only: what a decoder inflates into
 * buffers lies outside of it, in the memory of everyone. A process has one for all of its memory (RLIMIT_DATA, which
 * Linux keeps; elsewhere only the heap is limited), and where it breaks the others do not notice. It gets no environment
 * and no terminal, and ends with the one who started it.
 */
export class WorkerProcess extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;

  constructor({ file, maxHeapMb, maxMemoryMb }: WorkerProcessOptions) {
    super();
    const node = [
      process.execPath,
      `--max-old-space-size=${maxHeapMb}`,
      ...loaderOf(file),
      fileURLToPath(file),
      String(process.pid),
    ];
    const limited = `ulimit -d ${maxMemoryMb * 1024} 2>/dev/null; exec "$0" "$@"`;
    this.#child = spawn('/bin/sh', ['-c', limited, ...node], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
      env: {},
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        resolve(code ?? 0);
        this.emit('exit', code ?? 'a signal');
      });
      this.#child.on('error', (error) => {
        resolve(0);
        this.emit('error', error);
      });
    });
    this.#child.on('message', (message) => this.emit('message', message));
  }

  postMessage(message: object): void {
    // Where it has gone meanwhile, `exit` says so.
    this.#child.send(message, () => undefined);
  }

  /** Resolves when it has ended. */
  async terminate(): Promise<number> {
    this.#child.kill('SIGKILL');
    return this.#ended;
  }
}

/** How often a process looks whether its parent lives. */
export const PARENT_CHECK_MS = 1_000;

/**
 * The process's side of it: it ends with its parent, and not when a terminal or a supervisor tells all to. What loops
 * without an end never hears that its parent was killed: a thread looks for it.
 */
export function followParent(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.once('disconnect', () => process.exit());
  new Worker(WATCH, {
    eval: true,
    execArgv: [],
    workerData: { parent: Number(process.argv[2]), everyMs: PARENT_CHECK_MS },
    resourceLimits: { maxOldGenerationSizeMb: WATCH_HEAP_MB, maxYoungGenerationSizeMb: 1 },
  }).unref();
}

const WATCH_HEAP_MB = 8;

/** An orphan has another parent than the one that started it. */
const WATCH = `
const { parent, everyMs } = require('node:worker_threads').workerData;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, everyMs);`;

/** Source files (tests, development) need the TypeScript loader. */
function loaderOf(file: URL): string[] {
  return file.pathname.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
}
