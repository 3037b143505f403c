import { createHash, timingSafeEqual } from 'node:crypto';
import { InterleaveError } from '../../../core/errors.ts';
import { readTokenFile } from '../../../platform/process/token-file.ts';

/**
 * Checks `Authorization: Bearer TOKEN` (RFC 6750) against the token of the file, which is read each time: another token counts
 * at once. Throws `ACT_TOKEN_UNUSABLE` where the file holds none that may be used, `ACT_TOKEN_REFUSED` for any other token.
 */
export async function requireActToken(file: string, authorization: string | undefined): Promise<void> {
  const token = await readTokenFile(file);
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  // Digests have one length, so that the time taken tells nothing of the token.
  if (!timingSafeEqual(digest(token), digest(given))) throw new InterleaveError('ACT_TOKEN_REFUSED');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
