/** Bytes of one write to the disk; most objects are smaller. */
export const WRITE_SIZE = 1024 * 1024;

/** Buffers that are kept for the next object; more than that are left to the garbage collector. */
const MAX_SPARE = 16;

/** V8 copies words between places of the same alignment, and single bytes between others: eight times slower. */
const WORD = 8;

/** Chunks of a few bytes are not worth a gap: from here on they follow one another without. */
const MAX_PARTS = 256;

/** Parts of a buffer that belong together, one behind the other with gaps. */
export interface Piece {
  buffer: SharedArrayBuffer;
  /** `[from, to]` in bytes */
  parts: [number, number][];
}

/**
 * Gathers chunks in memory that a disk thread sees too. Nothing travels: a buffer that is handed over and back counts as
 * a new one for the garbage collector, each megabyte again, and it then marks the whole heap many times a second.
 */
export class WriteBuffer {
  readonly #bytes = Buffer.from(new SharedArrayBuffer(WRITE_SIZE));
  #parts: [number, number][] = [];
  #end = 0;

  /** Takes as much of the chunk, from `at` on, as there is room for; 0 where it is full. */
  take(chunk: Buffer, at: number): number {
    const gap = this.#parts.length < MAX_PARTS ? (chunk.byteOffset + at - this.#end) & (WORD - 1) : 0;
    const from = this.#end + gap;
    if (from >= WRITE_SIZE) return 0;
    const taken = chunk.copy(this.#bytes, from, at);
    const last = this.#parts.at(-1);
    if (last?.[1] === from) last[1] += taken;
    else this.#parts.push([from, from + taken]);
    this.#end = from + taken;
    return taken;
  }

  /** What was taken. */
  get piece(): Piece {
    return { buffer: this.#bytes.buffer as unknown as SharedArrayBuffer, parts: this.#parts };
  }

  empty(): void {
    this.#parts = [];
    this.#end = 0;
  }
}

/** Buffers that are used again and again: new ones cost a page fault for every 4 KiB. */
export class WriteBuffers {
  readonly #spare: WriteBuffer[] = [];

  take(): WriteBuffer {
    return this.#spare.pop() ?? new WriteBuffer();
  }

  /** Nobody may use it any more. */
  give(buffer: WriteBuffer): void {
    buffer.empty();
    if (this.#spare.length < MAX_SPARE) this.#spare.push(buffer);
  }
}
