import type { Vector } from '../../core/radiology/events.ts';
import { fromFloat16 } from '../../core/vector/float16.ts';
import { VECTOR_DIGITS } from './limits.ts';

/** What one physical index takes: its mapping names the generation and fixes the dimensions. */
export interface VectorSlot {
  generation: number;
  dims: number;
}

/**
 * A vector as a document carries it; null where there is none that the index could take: another generation, other
 * dimensions, or no direction (cosine similarity has no meaning for a vector of zeros or with infinite components).
 */
export function documentVector(vector: Vector | null, slot: VectorSlot): number[] | null {
  if (vector === null || vector.generation !== slot.generation || vector.dims !== slot.dims) return null;
  if (vector.data.length !== slot.dims * 2) return null;
  written ??= writtenValues();
  const { data } = vector;
  const values = new Array<number>(slot.dims);
  let squares = 0;
  for (let i = 0; i < slot.dims; i++) {
    const value = written[(data[2 * i] ?? 0) | ((data[2 * i + 1] ?? 0) << 8)] ?? 0;
    values[i] = value;
    squares += value * value;
  }
  return Number.isFinite(squares) && squares > 0 ? values : null;
}

/**
 * Each of the 65,536 values of a float16 as it is written. Rounding the components of every vector anew took half of the
 * time that a document costs here.
 */
let written: Float64Array | undefined;

function writtenValues(): Float64Array {
  const bits = Uint16Array.from({ length: 0x1_0000 }, (_, value) => value);
  const bytes = Buffer.alloc(2 * bits.length);
  for (const [i, value] of bits.entries()) bytes.writeUInt16LE(value, 2 * i);
  return Float64Array.from(fromFloat16(bytes), (value) => Number(value.toPrecision(VECTOR_DIGITS)));
}
