import { Random } from '../random.ts';

const TABLE_BITS = 16;
const TABLE_SIZE = 1 << TABLE_BITS;
const LATTICE = 64;

let gaussianTable: Float32Array | null = null;

/** A fixed table of normal deviates; a stream walks it in an order of its own. Filled at the first use. */
function gaussians(): Float32Array {
  if (gaussianTable === null) {
    const random = Random.of(0, 'gaussian table');
    gaussianTable = Float32Array.from({ length: TABLE_SIZE }, () => random.normal());
  }
  return gaussianTable;
}

/** A fast stream of normal deviates (mean 0, standard deviation 1). */
export function gaussianStream(random: Random): () => number {
  const table = gaussians();
  let state = random.bits() | 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return table[state >>> (32 - TABLE_BITS)] ?? 0;
  };
}

/** Smooth noise over the plane: about −1 to 1, features of about one unit, periodic after 64 units. */
export type SmoothNoise = (x: number, y: number) => number;

export function smoothNoise(random: Random): SmoothNoise {
  const lattice = Float32Array.from({ length: LATTICE * LATTICE }, () => random.between(-1, 1));
  const at = (i: number, j: number) => lattice[(j & (LATTICE - 1)) * LATTICE + (i & (LATTICE - 1))] ?? 0;
  return (x, y) => {
    const i = Math.floor(x);
    const j = Math.floor(y);
    const u = ease(x - i);
    const v = ease(y - j);
    const top = at(i, j) + (at(i + 1, j) - at(i, j)) * u;
    const bottom = at(i, j + 1) + (at(i + 1, j + 1) - at(i, j + 1)) * u;
    return top + (bottom - top) * v;
  };
}

/** Three octaves of smooth noise: clouds with finer edges. */
export function clouds(noise: SmoothNoise): SmoothNoise {
  return (x, y) =>
    0.57 * noise(x, y) + 0.29 * noise(2.1 * x + 17, 2.1 * y) + 0.14 * noise(4.3 * x, 4.3 * y + 31);
}

/** Length of a vector; much faster than `Math.hypot`, whose care for overflow is not needed here. */
export function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/** `**` with a constant is a call of its own in V8; in the loop over all pixels it counts. */
export function squared(value: number): number {
  return value * value;
}

/** 0 below `low`, 1 above `high`, smooth between; the other way round where `low` is the larger. */
export function smoothStep(low: number, high: number, value: number): number {
  return ease(Math.min(1, Math.max(0, (value - low) / (high - low))));
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
