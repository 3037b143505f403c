/** A connection to a DICOM peer, as requestor: PDUs in, bytes out, each within a time limit. */
import type { Socket } from 'node:net';
import { encodeAbort, type Pdu } from '../core/dicom/pdu.ts';
import { PduReader } from '../core/dicom/pdu-reader.ts';
import { InterleaveError } from '../core/errors.ts';
import { isTlsAlert, openSocket } from '../platform/net/sockets.ts';
import type { ClientTls } from '../platform/net/tls.ts';

export interface DimsePeer {
  host: string;
  port: number;
  /** TLS, see `clientTls`; without it plain TCP */
  tls?: ClientTls | null;
}

export class DimseConnection {
  readonly #socket: Socket;
  readonly #pdus: AsyncGenerator<Pdu, void>;
  readonly #timeoutMs: number;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#pdus = readPdus(socket);
  }

  /** Rejects with DICOM_PEER_UNREACHABLE or TLS_REFUSED. */
  static async open({ host, port, tls = null }: DimsePeer, timeoutMs: number): Promise<DimseConnection> {
    try {
      return new DimseConnection(await openSocket({ host, port, tls, timeoutMs }), timeoutMs);
    } catch (cause) {
      if (cause instanceof InterleaveError) throw cause;
      throw new InterleaveError('DICOM_PEER_UNREACHABLE', undefined, { cause });
    }
  }

  /** Rejects with DICOM_TIMEOUT, DICOM_PEER_UNREACHABLE or TLS_REFUSED. */
  async read(timeoutMs = this.#timeoutMs): Promise<Pdu> {
    const next = await this.#withTimeout(this.#pdus.next(), timeoutMs);
    if (next.done === true) throw new InterleaveError('DICOM_PEER_UNREACHABLE', 'It closed the connection.');
    return next.value;
  }

  /** Resolves when the socket takes more: memory stays flat however large the object is. */
  async write(...parts: Buffer[]): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) throw new InterleaveError('DICOM_PEER_UNREACHABLE');
    socket.cork();
    const taken = parts.map((part) => socket.write(part)).every(Boolean);
    socket.uncork();
    if (taken) return;
    const drained = new Promise<void>((resolve, reject) => {
      const settle = () => {
        socket.off('drain', settle).off('close', settle);
        if (socket.destroyed) reject(new InterleaveError('DICOM_PEER_UNREACHABLE'));
        else resolve();
      };
      socket.on('drain', settle).on('close', settle);
    });
    await this.#withTimeout(drained, this.#timeoutMs);
  }

  /** Says A-ABORT and closes. */
  abort(): void {
    if (!this.#socket.destroyed) this.#socket.end(encodeAbort({ source: 0, reason: 0 }));
    this.#socket.destroySoon();
  }

  close(): void {
    this.#socket.destroy();
  }

  #withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new InterleaveError('DICOM_TIMEOUT'));
        this.close();
      }, timeoutMs);
    });
    return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
  }
}

async function* readPdus(socket: Socket): AsyncGenerator<Pdu, void> {
  socket.on('error', () => undefined); // the loop below throws it
  const reader = new PduReader();
  try {
    for await (const chunk of socket) yield* reader.push(chunk);
  } catch (cause) {
    if (cause instanceof InterleaveError) throw cause;
    // In TLS 1.3 a receiver says only after the handshake that it wants another certificate.
    const refused = isTlsAlert(cause as NodeJS.ErrnoException);
    throw new InterleaveError(refused ? 'TLS_REFUSED' : 'DICOM_PEER_UNREACHABLE', undefined, { cause });
  }
}
