import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Opened {
  socket: Socket;
  /** what the gateway said, at most its first bytes */
  answer(): Buffer;
  /** resolves when the gateway has closed */
  closed: Promise<void>;
}

/** A connection that keeps what comes back and outlives resets. */
export async function open(port: number): Promise<Opened> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  let answer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    if (answer.length < 4096) answer = Buffer.concat([answer, chunk]);
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('end', () => resolve());
    socket.once('close', () => resolve());
  });
  await once(socket, 'connect');
  return { socket, answer: () => answer, closed };
}

/** Writes as fast as the other side takes it, until so many bytes are written or the connection is over. */
export async function pour(opened: Opened, piece: Buffer, total: number): Promise<number> {
  let written = 0;
  let over = false;
  void opened.closed.then(() => {
    over = true;
  });
  while (written < total && !over && !opened.socket.destroyed) {
    written += piece.length;
    if (opened.socket.write(piece)) continue;
    await Promise.race([
      new Promise<void>((resolve) => opened.socket.once('drain', () => resolve())),
      opened.closed,
    ]);
  }
  return written;
}

/** Writes one byte at a time with a pause between, until the connection is over or the time is. */
export async function drip(opened: Opened, bytes: Buffer, pauseMs: number, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let over = false;
  void opened.closed.then(() => {
    over = true;
  });
  for (let at = 0; performance.now() < end && !over && !opened.socket.destroyed; at++) {
    opened.socket.write(bytes.subarray(at % bytes.length, (at % bytes.length) + 1));
    await sleep(pauseMs);
  }
}
