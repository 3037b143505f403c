import { MAX_READ_FRAMES } from './limits.ts';

/**
 * The frames of an image that are read, counted from 1 and rising: all of a few, else `MAX_READ_FRAMES` spread evenly; the
 * representative frame (0028,6010) takes the place of the one nearest to it.
 */
export function chooseFrames(frames: number, representative: number | null): number[] {
  const count = Math.min(frames, MAX_READ_FRAMES);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * frames) / count) + 1);
  if (representative === null || representative < 1 || representative > frames) return chosen;
  const distances = chosen.map((frame) => Math.abs(frame - representative));
  chosen[distances.indexOf(Math.min(...distances))] = representative;
  return chosen;
}
