import { writeSync } from 'node:fs';

/** Bytes of log lines that are held while standard output (a file, perhaps) does not take them; then lines are let go. */
export const MAX_HELD_LOG_BYTES = 1024 * 1024;

/** Between two tries to write to a pipe that is full. */
const PIPE_FULL_MS = 10;

/**
 * Writes log lines to a descriptor at once. That a line cannot be written, because the disk is full or fails, ends no
 * process: it is held and written with a later one, and how many were let go is a line of its own.
 */
export class LogOutput {
  readonly #descriptor: number;
  /** Whole lines but for the first, of which a part may be written. */
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  #lost = 0;
  /** Whoever read it has gone. */
  #closed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(line: string): void {
    if (this.#closed) return;
    if (this.#heldBytes < MAX_HELD_LOG_BYTES) this.#hold(line);
    else this.#lost += 1;
    try {
      this.#writeHeld();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') this.#closed = true;
    }
  }

  #hold(line: string): void {
    const bytes = Buffer.from(line);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  #writeHeld(): void {
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      const written = this.#writeSome(first);
      this.#heldBytes -= written;
      if (written === first.length) this.#held.shift();
      else this.#held[0] = first.subarray(written);
      if (this.#held.length === 0 && this.#lost > 0) this.#tellLost();
    }
  }

  #tellLost(): void {
    const time = new Date().toISOString();
    this.#hold(`${JSON.stringify({ level: 'warn', time, lines: this.#lost, msg: 'log.lost' })}\n`);
    this.#lost = 0;
  }

  #writeSome(bytes: Buffer): number {
    for (;;) {
      try {
        return writeSync(this.#descriptor, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_FULL_MS);
      }
    }
  }
}
