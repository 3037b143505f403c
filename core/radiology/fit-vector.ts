import type { Vector } from '../vector/vector.ts';
import type { CaseLimits } from './limits.ts';

/** Whether a case can hold the vector. */
export function isFittingVector({ data, model }: Vector, limits: CaseLimits): boolean {
  return data.length <= limits.vectorBytes && Buffer.byteLength(model) <= limits.identityBytes;
}
