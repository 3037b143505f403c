import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SECRET_BYTES = 32;

/**
 * The key of the case ids (HMAC): made once, at random, readable for us only. Whoever has it can find out from an id
 * whether it is that of a given accession number; whoever loses it cannot add to the cases that are there.
 */
export async function ensureSiteSecret(dataDir: string): Promise<void> {
  try {
    const secret = randomBytes(SECRET_BYTES).toString('hex');
    await writeFile(join(dataDir, 'site-secret'), secret, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
