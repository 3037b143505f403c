/** Room that is made at once for bytes that come in small pieces. */
const BLOCK_BYTES = 64 * 1024;

/**
 * Bytes that come bit by bit, kept until they are whole. Small pieces are copied together; a large one that is most of its
 * own memory is kept as it is (nobody may change it). Memory follows the length, however small or scattered the pieces.
 */
export class HeldBytes {
  #blocks: Buffer[] = [];
  /** of the last block */
  #room = 0;
  #capacity = 0;
  length = 0;

  /** Memory that is taken, at most twice the length. */
  get capacity(): number {
    return this.#capacity;
  }

  append(bytes: Buffer): void {
    const last = this.#blocks.at(-1);
    const fitting = Math.min(this.#room, bytes.length);
    if (last !== undefined && fitting > 0) bytes.copy(last, last.length - this.#room, 0, fitting);
    this.#room -= fitting;
    if (fitting < bytes.length) this.#begin(bytes.subarray(fitting));
    this.length += bytes.length;
  }

  /** All of it in one piece; nothing is held afterwards. */
  take(): Buffer {
    const [first] = this.#blocks;
    const whole = this.#blocks.length === 1 ? first : Buffer.concat(this.#blocks, this.length);
    const bytes = whole?.subarray(0, this.length) ?? EMPTY;
    this.#blocks = [];
    this.#room = 0;
    this.#capacity = 0;
    this.length = 0;
    return bytes;
  }

  #begin(bytes: Buffer): void {
    if (isMostOfALargeBuffer(bytes)) {
      this.#blocks.push(bytes);
      this.#capacity += bytes.buffer.byteLength;
      return;
    }
    const block = Buffer.allocUnsafe(Math.max(bytes.length, Math.min(BLOCK_BYTES, this.length)));
    bytes.copy(block);
    this.#blocks.push(block);
    this.#room = block.length - bytes.length;
    this.#capacity += block.length;
  }
}

function isMostOfALargeBuffer(bytes: Buffer): boolean {
  return bytes.length >= BLOCK_BYTES / 2 && bytes.buffer.byteLength < 2 * bytes.length;
}

const EMPTY = Buffer.alloc(0);
