/** Bytes of one write to the disk; most objects are smaller. */
export const WRITE_SIZE = 1024 * 1024;

/** Buffers that are kept for the next object; more than that are left to the garbage collector. */
const MAX_SPARE = 16;

/**
 * Buffers that travel to a thread and back, used again and again: new ones cost a page fault for every 4 KiB. (Shared
 * memory would need no travelling, but V8 copies into it byte by byte.)
 */
export class WriteBuffers {
  readonly #spare: Buffer[] = [];

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.from(new ArrayBuffer(WRITE_SIZE));
  }

  /** Nobody may use it any more. */
  give(buffer: Buffer): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(buffer);
  }
}
