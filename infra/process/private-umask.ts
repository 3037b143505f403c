import { PRIVATE_UMASK } from '../../platform/process/private-folder.ts';

/**
 * Starts a program so that what it writes can be read by its own user only, whatever mask we run with. A child has the
 * mask of the moment in which it is started, which is within the call of `spawn`.
 */
export function withPrivateUmask<T>(start: () => T): T {
  const before = process.umask(PRIVATE_UMASK);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}
