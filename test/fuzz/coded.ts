import { type ErrorCode, InterleaveError } from '../../core/errors.ts';

/** Runs a parser; its error as a code. Any error that is not one of the table goes on, as a finding. */
export function coded<T>(parse: () => T): { value: T; code: null } | { value: null; code: ErrorCode } {
  try {
    return { value: parse(), code: null };
  } catch (error) {
    if (error instanceof InterleaveError && error.code !== 'INTERNAL')
      return { value: null, code: error.code };
    throw error;
  }
}

/** 0, 1, 2, 4, 8 …: how many, roughly. */
export function roughly(count: number): number {
  return count === 0 ? 0 : 2 ** Math.floor(Math.log2(count));
}
