import { readFileSync } from 'node:fs';

const LOOK_MS = 200;

/** The highest resident memory of a process, looked at until it has ended. */
export class MemoryWatch {
  peakMib = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number | undefined) {
    this.#timer = setInterval(() => this.#look(pid), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** VmHWM (proc_pid_status(5)). */
  #look(pid: number | undefined): void {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      this.peakMib = Math.max(this.peakMib, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      this.stop(); // it has ended
    }
  }
}
