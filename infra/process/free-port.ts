import { createServer, type Server } from 'node:net';
import { InterleaveError } from '../../core/errors.ts';

/** That many different free ports of the loopback interface. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

/** Throws `PORT_TAKEN` with a sentence that says what to do. */
export async function requireFreePort(port: number, what: string, remedy: string): Promise<void> {
  try {
    await close(await listen(port));
  } catch (cause) {
    throw new InterleaveError('PORT_TAKEN', `${what} needs port ${port} of 127.0.0.1: ${remedy}.`, { cause });
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new InterleaveError('INTERNAL');
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
