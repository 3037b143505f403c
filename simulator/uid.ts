import { seedDigest } from './random.ts';

/**
 * A UID of the form `2.25.<number>` (PS3.5 B.2, ITU-T X.667): an integer of 128 bits, at most 44 characters in all. The
 * bits come from the seed and path, with the version and variant bits of a name-based UUID.
 */
export function simulatedUid(seed: number, ...path: readonly (string | number)[]): string {
  const bytes = seedDigest(seed, ['uid', ...path]).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}
