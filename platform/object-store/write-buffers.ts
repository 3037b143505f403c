/** Bytes of one write to the disk. */
export const WRITE_SIZE = 512 * 1024;

/** Buffers that are kept for the next object; more than that are left to the garbage collector. */
const MAX_SPARE = 16;

/** Buffers for writing, used again and again: new ones cost a page fault for every 4 KiB. */
export class WriteBuffers {
  readonly #spare: Buffer[] = [];

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(WRITE_SIZE);
  }

  /** Nobody may use it any more. */
  give(buffer: Buffer): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(buffer);
  }
}
