import { open } from 'node:fs/promises';
import { InterleaveError } from '../../../core/errors.ts';

/** Bytes of a token; those with many claims have some thousand. */
export const MAX_AUTHORIZATION_BYTES = 16 * 1024;

/** What a file holds that only its owner may read. Throws `CONFIG_INVALID`, which says nothing of what it holds. */
export async function readAuthorization(file: string): Promise<string> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw invalid('--token-file', 'cannot be read', cause);
  });
  try {
    const { mode, size } = await handle.stat();
    if ((mode & 0o077) !== 0) throw invalid('--token-file', 'can be read by others: its mode has to be 0600');
    if (size > MAX_AUTHORIZATION_BYTES) throw invalid('--token-file', 'is too long');
    return authorizationOf(await handle.readFile('utf8'), '--token-file');
  } finally {
    await handle.close();
  }
}

/** The value of `Authorization` (RFC 9110 11.6.2) for a token, or for a scheme and its credentials. */
export function authorizationOf(text: string, name: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(token)) throw invalid(name, 'holds no token');
  return /^(Basic|Bearer) /i.test(token) ? token : `Bearer ${token}`;
}

function invalid(name: string, what: string, cause?: unknown): InterleaveError {
  return new InterleaveError('CONFIG_INVALID', `${name} ${what}.`, { cause });
}
