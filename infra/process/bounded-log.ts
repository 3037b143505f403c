import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LOG_HELD_BYTES, LOG_MAX_BYTES, LOG_TAIL_BYTES } from './limits.ts';

/**
 * A log file that never grows past a bound: at `maxBytes` it becomes `<file>.1` (replacing the one before) and a new
 * one begins. Written synchronously, so that the last words of a dying child are there.
 *
 * A disk that is full, or fails, ends nobody: what cannot be written is held (`LOG_HELD_BYTES`, the newest of it) and
 * written with the next line that can be, behind a line that says how much had to be let go.
 */
export class BoundedLog {
  readonly file: string;
  readonly #maxBytes: number;
  readonly #heldBytes: number;
  #descriptor: number | undefined;
  #closed = false;
  #size = 0;
  #tail = Buffer.alloc(0);
  /** What the disk did not take yet, in order. */
  #held: Buffer[] = [];
  #heldSize = 0;
  #lost = 0;

  constructor(file: string, maxBytes = LOG_MAX_BYTES, heldBytes = LOG_HELD_BYTES) {
    this.file = file;
    this.#maxBytes = maxBytes;
    this.#heldBytes = heldBytes;
    this.#trying(() => this.#open());
  }

  write(chunk: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-LOG_TAIL_BYTES);
    if (this.#closed) return;
    this.#hold(chunk);
    this.#trying(() => this.#writeHeld());
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
    if (!this.#closed) this.#trying(() => this.#writeHeld());
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** The next line tries again. */
  #trying(step: () => void): void {
    try {
      step();
    } catch {
      // Whoever watches the disk says it (`cli/up/watch-disk.ts`); here there is nobody to tell.
    }
  }

  #open(): number {
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(this.file, 'a', 0o600);
    this.#descriptor = descriptor;
    this.#size = fstatSync(descriptor).size;
    return descriptor;
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldSize += chunk.length;
    while (this.#heldSize > this.#heldBytes && this.#held.length > 1) {
      const oldest = this.#held.shift();
      this.#heldSize -= oldest?.length ?? 0;
      this.#lost += oldest?.length ?? 0;
    }
  }

  /** Of a chunk that the disk takes a part of only the rest is left for the next time. */
  #writeHeld(): void {
    if (this.#lost > 0) {
      const note = Buffer.from(`(${this.#lost} bytes of this log were lost: the disk did not take them)\n`);
      this.#lost = 0;
      this.#held.unshift(note);
      this.#heldSize += note.length;
    }
    for (let chunk = this.#held[0]; chunk !== undefined; chunk = this.#held[0]) {
      const written = writeSync(this.#fileFor(chunk), chunk);
      this.#size += written;
      this.#heldSize -= written;
      if (written === chunk.length) this.#held.shift();
      else this.#held[0] = chunk.subarray(written);
    }
  }

  #fileFor(chunk: Buffer): number {
    const descriptor = this.#descriptor ?? this.#open();
    const isFull = this.#size > 0 && this.#size + chunk.length > this.#maxBytes;
    return isFull ? this.#rotate(descriptor) : descriptor;
  }

  #rotate(descriptor: number): number {
    this.#descriptor = undefined;
    closeSync(descriptor);
    renameSync(this.file, `${this.file}.1`);
    return this.#open();
  }
}
