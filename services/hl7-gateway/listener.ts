import type { Server, Socket } from 'node:net';
import { type ErrorCode, InterleaveError } from '../../core/errors.ts';
import { addressOf, peerOf } from '../../platform/net/peer-address.ts';
import { createSocketServer } from '../../platform/net/sockets.ts';
import type { ServerTls } from '../../platform/net/tls.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

export interface ListenerOptions extends Omit<ConnectionOptions, 'peer' | 'address'> {
  host: string;
  port: number;
  /** null for plain TCP */
  tls: ServerTls | null;
  maxConnections: number;
  maxConnectionsPerPeer: number;
}

/** Listens for MLLP connections, with TLS or without, until it is stopped. */
export class Listener {
  readonly #server: Server;
  readonly #options: ListenerOptions;
  readonly #connections = new Map<Connection, string>();

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = createSocketServer({
      tls: options.tls,
      // The last message of a sender that has closed its side is answered.
      allowHalfOpen: true,
      onSocket: (socket) => this.#open(socket),
      onRefused: (why, address) => this.#refused('TLS_REFUSED', { peer: addressOf(address), why }),
    });
  }

  /** Throws `PORT_TAKEN`. */
  static async start(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          cause.code === 'EADDRINUSE'
            ? new InterleaveError('PORT_TAKEN', `INTERLEAVE_HL7_PORT ${options.port}`, { cause })
            : cause,
        ),
      );
      listener.#server.listen(options.port, options.host, resolve);
    });
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Takes no more connections and messages, answers what is under way. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all([...this.#connections.keys()].map((connection) => connection.stop()));
    await closed;
  }

  #open(socket: Socket): void {
    const { metrics } = this.#options;
    const address = addressOf(socket.remoteAddress);
    const peer = peerOf(socket.remoteAddress);
    if (!this.#mayEnter(peer)) {
      this.#refused('HL7_CONNECTION_LIMIT', { peer: address });
      socket.on('error', () => undefined).destroy();
      return;
    }
    const connection = new Connection(socket, { ...this.#options, peer, address });
    this.#connections.set(connection, peer);
    metrics.connections.set(this.#connections.size);
    void connection.closed.then(() => {
      this.#connections.delete(connection);
      metrics.connections.set(this.#connections.size);
    });
  }

  #refused(code: ErrorCode, who: { peer: string; why?: string }): void {
    this.#options.metrics.refusedConnections.inc({ code });
    this.#options.log.warn({ code, ...who }, 'connection.refused');
  }

  #mayEnter(peer: string): boolean {
    const { maxConnections, maxConnectionsPerPeer } = this.#options;
    if (this.#connections.size >= maxConnections) return false;
    let own = 0;
    for (const other of this.#connections.values()) if (other === peer) own += 1;
    return own < maxConnectionsPerPeer;
  }
}
