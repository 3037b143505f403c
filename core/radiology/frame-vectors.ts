import type { ImageFrame, Vector } from './events.ts';

/** All vectors of a frame, of whatever generations. */
export function vectorsOf({ vector, vectors }: Pick<ImageFrame, 'vector' | 'vectors'>): Vector[] {
  return vector === null ? vectors : [vector, ...vectors];
}
