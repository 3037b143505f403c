/**
 * Hands the chunks of a socket on, one after the other: the next is read from the network only when this one is done with,
 * so that a slow disk slows the sender down. Resolves when the socket is closed and the last chunk is done with; how it
 * came to be closed does not matter here. `handle` must not reject.
 */
import type { Socket } from 'node:net';

export function readSocket(socket: Socket, handle: (chunk: Buffer) => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const waiting: Buffer[] = [];
    let working = false;
    let closed = false;
    const work = async () => {
      working = true;
      for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) await handle(chunk);
      working = false;
      if (closed) resolve();
      else if (socket.isPaused()) socket.resume();
    };
    socket.on('data', (chunk: Buffer) => {
      waiting.push(chunk);
      if (working) socket.pause();
      else void work();
    });
    socket.once('close', () => {
      closed = true;
      if (!working) resolve();
    });
    if (socket.destroyed) resolve();
  });
}
