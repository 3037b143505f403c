import type { Random } from '../support/random.ts';

/** One parser under fuzzing. */
export interface FuzzTarget {
  name: string;
  /** bytes that mean something to the parser; they are put in and over others */
  tokens: readonly Buffer[];
  /** changes that know the format, beside those of bytes */
  mutations: readonly Mutation[];
  /** real files to begin with, where they are there; the kept seeds come from `seeds/<name>/` */
  realSeeds(): Promise<Buffer[]>;
  /**
   * Reads the input and throws where a property does not hold. Returns in a few words how it went: an input that goes as
   * none before is kept and changed further.
   */
  check(input: Buffer, random: Random): string | Promise<string>;
}

export type Mutation = (input: Buffer, random: Random) => Buffer;

/** One input, its answer included, may take so long. */
export const MAX_INPUT_MS = 1_000;

/** An input is never longer; limits beyond it have tests of their own. */
export const MAX_INPUT_BYTES = 48 * 1024;

/** The process may not grow beyond this, however many inputs it has read. */
export const MAX_RESIDENT_MIB = 768;
