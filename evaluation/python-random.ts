/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded and drawn from as Python's `random.Random` does,
 * so that a bootstrap here and one in a Python script resample the same reports.
 */
export class PythonRandom {
  readonly #state = new Uint32Array(N);
  #next = N;

  /** @param seed a whole number from 0 below 2^32 */
  constructor(seed: number) {
    this.#seedArray([seed >>> 0]);
  }

  /** A whole number from 0 below `n` (n at most 2^32 - 1), as `randrange(n)`. */
  below(n: number): number {
    const shift = Math.clz32(n);
    for (;;) {
      const drawn = this.#draw() >>> shift;
      if (drawn < n) return drawn;
    }
  }

  #draw(): number {
    if (this.#next >= N) this.#refill();
    let y = this.#state[this.#next++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #refill(): void {
    const state = this.#state;
    for (let k = 0; k < N; k++) {
      const y = ((state[k] ?? 0) & 0x80000000) | ((state[(k + 1) % N] ?? 0) & 0x7fffffff);
      state[k] = (state[(k + M) % N] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }

  #seedArray(key: readonly number[]): void {
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, this.#mixed(i)) + i;
    let i = 1;
    let j = 0;
    for (let k = Math.max(N, key.length); k > 0; k--) {
      state[i] = ((state[i] ?? 0) ^ Math.imul(this.#mixed(i), 1664525)) + (key[j] ?? 0) + j;
      i = this.#after(i);
      j = (j + 1) % key.length;
    }
    for (let k = N - 1; k > 0; k--) {
      state[i] = ((state[i] ?? 0) ^ Math.imul(this.#mixed(i), 1566083941)) - i;
      i = this.#after(i);
    }
    state[0] = 0x80000000;
  }

  #mixed(i: number): number {
    const before = this.#state[i - 1] ?? 0;
    return before ^ (before >>> 30);
  }

  #after(i: number): number {
    if (i + 1 < N) return i + 1;
    this.#state[0] = this.#state[N - 1] ?? 0;
    return 1;
  }
}

/** Words of state, and how far apart those that are mixed stand. */
const N = 624;
const M = 397;
