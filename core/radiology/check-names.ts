import { InterleaveError } from '../errors.ts';

/** Throws `CASE_TOO_LARGE` where a name is too long to be one: names are never shortened, since they tell things apart. */
export function checkNames(names: readonly string[], maxBytes: number): void {
  if (names.some((name) => Buffer.byteLength(name, 'utf8') > maxBytes))
    throw new InterleaveError('CASE_TOO_LARGE', 'An identifier is too long.');
}
