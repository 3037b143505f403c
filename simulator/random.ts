import { createHash } from 'node:crypto';

/**
 * A seeded stream of random numbers (xoshiro128**, Blackman and Vigna 2018). A stream is named by a seed and a path
 * (`Random.of(1, 'case', 42, 'report')`), so that drawing more in one part never changes what another part draws.
 */
export class Random {
  readonly #state: Uint32Array;

  private constructor(state: Uint32Array) {
    this.#state = state;
  }

  static of(seed: number, ...path: readonly (string | number)[]): Random {
    const digest = seedDigest(seed, path);
    const state = new Uint32Array(4);
    for (let i = 0; i < 4; i++) state[i] = digest.readUInt32LE(4 * i);
    if (state.every((word) => word === 0)) state[0] = 1;
    return new Random(state);
  }

  /** 32 random bits */
  bits(): number {
    const s = this.#state;
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s;
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    const n2 = s2 ^ s0;
    const n3 = s3 ^ s1;
    s[1] = s1 ^ n2;
    s[0] = s0 ^ n3;
    s[2] = n2 ^ t;
    s[3] = rotateLeft(n3, 11);
    return result;
  }

  /** uniform in [0, 1) */
  next(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** uniform in [low, high) */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** uniform whole number, both ends included */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** roughly normal with mean 0 and standard deviation 1, within ±3.5 (sum of four uniforms) */
  normal(): number {
    return (this.next() + this.next() + this.next() + this.next() - 2) * 1.7320508;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** one of `items` with probability in proportion to its weight */
  weighted<T>(items: readonly T[], weight: (item: T) => number): T {
    let left = this.next() * items.reduce((sum, item) => sum + weight(item), 0);
    for (const item of items) {
      left -= weight(item);
      if (left < 0) return item;
    }
    return this.pick(items);
  }

  shuffled<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => [this.bits(), item] as const);
    return keyed.sort((a, b) => a[0] - b[0]).map(([, item]) => item);
  }

  /** `count` different items, or all of them */
  sample<T>(items: readonly T[], count: number): T[] {
    return this.shuffled(items).slice(0, Math.max(0, count));
  }
}

/** The digest that names a stream or an identifier of the simulation. */
export function seedDigest(seed: number, path: readonly (string | number)[]): Buffer {
  return createHash('sha256')
    .update(['interleave-simulator', seed, ...path].join('\u001f'))
    .digest();
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by)) | 0;
}
