import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { InterleaveError } from '../../core/errors.ts';

/**
 * Makes a folder this process's own until it ends: two processes that wrote one store in it would make it wrong. The claim is
 * a socket in Linux' abstract namespace, which vanishes with its process however that ends; other systems have none,
 * and there the instances' names must do. Throws `ALREADY_RUNNING`.
 */
export async function claimFolder(folder: string): Promise<{ release(): void }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform !== 'linux') return { release: () => undefined };
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new InterleaveError('ALREADY_RUNNING', `${folder} is in use.`)));
    server.listen({ path: `\0interleave-${name}` }, resolve);
  });
  server.unref();
  return { release: () => server.close() };
}
