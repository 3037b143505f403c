/**
 * Reads the SizeHeader of a JPEG XL code stream (ISO/IEC 18181-1 D.2) from its signature FF 0A on. Null where there is none.
 */
export function sizeOfJpegXl(stream: Buffer): { width: number; height: number } | null {
  if (stream.length < 2 || stream.readUInt16BE(0) !== SIGNATURE) return null;
  const bits = new Bits(stream.subarray(2, 2 + MAX_SIZE_HEADER));
  const small = bits.read(1) === 1;
  const side = () => (small ? (bits.read(5) + 1) * 8 : bits.read(SIDE_BITS[bits.read(2)] ?? 0) + 1);
  const height = side();
  const ratio = bits.read(3);
  const [times, by] = RATIOS[ratio] ?? [0, 1];
  const width = ratio === 0 ? side() : Math.floor((height * times) / by);
  return bits.spent ? null : { width, height };
}

const SIGNATURE = 0xff0a;

/** 1 + 2 + 30 + 3 + 2 + 30 bits at most. */
const MAX_SIZE_HEADER = 9;

/** Bits of a side less one, by what the selector says. */
const SIDE_BITS = [9, 13, 18, 30];

/** Width to height, of ratio 1 to 7. */
const RATIOS: readonly (readonly [times: number, by: number])[] = [
  [0, 1],
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
];

/** The least significant bit first. */
class Bits {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** More was read than there was. */
  get spent(): boolean {
    return this.#at > this.#bytes.length * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++, this.#at++)
      value += (((this.#bytes[this.#at >> 3] ?? 0) >> (this.#at & 7)) & 1) * 2 ** bit;
    return value;
  }
}
