import { type FileHandle, open } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';

/** Bytes of a token, without white space around it. */
export const MIN_TOKEN_BYTES = 16;
export const MAX_TOKEN_BYTES = 1_024;

/**
 * The token in a file that nobody but its owner can read or write (mode 0600, or less). Throws `ACT_TOKEN_UNUSABLE`, which
 * says what is wrong with the file and nothing of what it holds.
 */
export async function readTokenFile(file: string): Promise<string> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw unusable('The file cannot be read.', cause);
  });
  try {
    return await readToken(handle);
  } finally {
    await handle.close();
  }
}

async function readToken(handle: FileHandle): Promise<string> {
  const { mode, size } = await handle.stat();
  if ((mode & 0o077) !== 0) throw unusable('Others can read or write the file: its mode has to be 0600.');
  if (size > MAX_TOKEN_BYTES) throw unusable(`The token is longer than ${MAX_TOKEN_BYTES} bytes.`);
  const token = (await handle.readFile('utf8')).trim();
  if (Buffer.byteLength(token) < MIN_TOKEN_BYTES)
    throw unusable(`The token is shorter than ${MIN_TOKEN_BYTES} bytes.`);
  return token;
}

function unusable(what: string, cause?: unknown): InterleaveError {
  return new InterleaveError('ACT_TOKEN_UNUSABLE', what, { cause });
}
