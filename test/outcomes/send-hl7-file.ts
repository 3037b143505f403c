import { once } from 'node:events';
import { connect } from 'node:net';
import { messagesIn } from '../../clients/hl7-files.ts';
import { type Acknowledgement, parseAcknowledgement } from '../../core/hl7/acknowledgement.ts';
import { splitBatch } from '../../core/hl7/batch.ts';
import { frameMessage, MllpFramer, VT } from '../../core/hl7/frame.ts';

/** An answer that never comes is an outcome too. */
const PATIENCE_MS = 30_000;

export interface Hl7Sending {
  /** the answers, those of a batch one by one */
  answers: Acknowledgement[];
  /** from the first byte sent until the gateway closed its side */
  ms: number;
  /** whether the gateway closed in good order */
  closed: boolean;
}

/**
 * The bytes of a file as they go over the wire: a log of an interface engine as the frames that it names, a capture of
 * MLLP as it stands, anything else whole as one frame, whatever it holds.
 */
export function wireBytes(file: Buffer): Buffer {
  if (file.includes('<SB>')) return Buffer.concat(messagesIn(file).map(frameMessage));
  return file[0] === VT ? file : frameMessage(file);
}

/** Sends the bytes on a connection of their own, closes its side, and reads until the gateway has closed the other. */
export async function sendHl7(port: number, bytes: Buffer): Promise<Hl7Sending> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect');
  const framer = new MllpFramer();
  const answers: Acknowledgement[] = [];
  const started = performance.now();
  const ended = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    const settle = (inOrder: boolean) => {
      clearTimeout(timer);
      resolve(inOrder);
    };
    socket.on('data', (chunk: Buffer) => {
      for (const event of framer.push(chunk))
        if (event.kind === 'frame') answers.push(...splitBatch(event.bytes).map(parseAcknowledgement));
    });
    socket.once('end', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
  socket.end(bytes);
  const closed = await ended;
  socket.destroy();
  return { answers, ms: performance.now() - started, closed };
}
