import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const TOKEN_BYTES = 32;

/** The token that acts need (`POST /api/acts`): made once, at random, readable for us only. Another may be put in its place. */
export async function ensureActToken(dataDir: string): Promise<void> {
  try {
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    await writeFile(join(dataDir, 'act-token'), `${token}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
