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
  const values = fromFloat16(vector.data);
  let squares = 0;
  for (const value of values) squares += value * value;
  if (!Number.isFinite(squares) || squares === 0) return null;
  return Array.from(values, (value) => Number(value.toPrecision(VECTOR_DIGITS)));
}
