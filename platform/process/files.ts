import { open, readFile, writeFile } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';

/** The site secret: at least 16 bytes, whatever they are. Throws `CONFIG_INVALID` where it is missing or short. */
export async function readSecret(file: string): Promise<Buffer> {
  const secret = await readFile(file).catch((cause: unknown) => {
    throw new InterleaveError('CONFIG_INVALID', 'The site secret cannot be read.', { cause });
  });
  const MIN_SECRET_BYTES = 16;
  if (secret.length < MIN_SECRET_BYTES)
    throw new InterleaveError('CONFIG_INVALID', `The site secret is shorter than ${MIN_SECRET_BYTES} bytes.`);
  return secret;
}

export async function readJsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (cause) {
    throw new InterleaveError('CONFIG_INVALID', 'A JSON file cannot be read.', { cause });
  }
}

/** Makes new names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The bytes of a file, readable by us alone; its name is durable when its folder is. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await writeFile(handle, text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
