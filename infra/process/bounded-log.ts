import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LOG_MAX_BYTES, LOG_TAIL_BYTES } from './limits.ts';

/**
 * A log file that never grows past a bound: at `maxBytes` it becomes `<file>.1` (replacing the one before) and a new
 * one begins. Written synchronously, so that the last words of a dying child are there.
 */
export class BoundedLog {
  readonly file: string;
  readonly #maxBytes: number;
  #descriptor: number | undefined;
  #size: number;
  #tail = Buffer.alloc(0);

  constructor(file: string, maxBytes = LOG_MAX_BYTES) {
    this.file = file;
    this.#maxBytes = maxBytes;
    mkdirSync(dirname(file), { recursive: true });
    this.#descriptor = openSync(file, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  write(chunk: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-LOG_TAIL_BYTES);
    if (this.#descriptor === undefined) return;
    if (this.#size + chunk.length > this.#maxBytes && this.#size > 0) this.#rotate(this.#descriptor);
    writeSync(this.#descriptor, chunk);
    this.#size += chunk.length;
  }

  /** The last lines written, for an error message. */
  lastLines(count = 3): string[] {
    return this.#tail
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #rotate(descriptor: number): void {
    closeSync(descriptor);
    renameSync(this.file, `${this.file}.1`);
    this.#descriptor = openSync(this.file, 'a', 0o600);
    this.#size = 0;
  }
}
