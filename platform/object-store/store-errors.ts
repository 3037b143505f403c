import { InterleaveError } from '../../core/errors.ts';

/** An error of the file system in our words: `OBJECT_STORE_FULL` or `OBJECT_STORE_UNAVAILABLE`. */
export function toStoreError(cause: unknown): InterleaveError {
  if (cause instanceof InterleaveError) return cause;
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new InterleaveError(full ? 'OBJECT_STORE_FULL' : 'OBJECT_STORE_UNAVAILABLE', undefined, { cause });
}

export function unavailable<T>(promise: Promise<T>): Promise<T> {
  return promise.catch((cause: unknown) => {
    throw toStoreError(cause);
  });
}

/** For reading: `OBJECT_MISSING` where there is no such file. */
export function missingOrUnavailable(cause: NodeJS.ErrnoException): never {
  if (cause.code === 'ENOENT') throw new InterleaveError('OBJECT_MISSING', undefined, { cause });
  throw toStoreError(cause);
}

/** For reading: null where there is no such file. */
export async function ifThere<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw toStoreError(cause);
  });
}
