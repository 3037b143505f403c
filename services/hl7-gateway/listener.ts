import { createServer, type Server, type Socket } from 'node:net';
import { InterleaveError } from '../../core/errors.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

export interface ListenerOptions extends Omit<ConnectionOptions, 'inFlight'> {
  inFlight: ConnectionOptions['inFlight'];
  host: string;
  port: number;
  maxConnections: number;
  /** how sockets come: plain TCP, or TLS with the same handler */
  transport?: Transport;
}

/** Makes the server whose sockets carry MLLP; it must allow a half-closed socket, so that the last message is answered. */
export type Transport = (onSocket: (socket: Socket) => void) => Server;

export const plainTcp: Transport = (onSocket) => createServer({ allowHalfOpen: true }, onSocket);

/** Listens for MLLP connections until it is stopped. */
export class Listener {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  private constructor(options: ListenerOptions) {
    this.#server = (options.transport ?? plainTcp)((socket) => this.#open(socket, options));
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
    await Promise.all([...this.#connections].map((connection) => connection.stop()));
    await closed;
  }

  #open(socket: Socket, options: ListenerOptions): void {
    const { metrics, log } = options;
    if (this.#connections.size >= options.maxConnections) {
      metrics.refusedConnections.inc();
      log.warn({ code: 'HL7_CONNECTION_LIMIT' }, 'connection.refused');
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, options);
    this.#connections.add(connection);
    metrics.connections.set(this.#connections.size);
    void connection.closed.then(() => {
      this.#connections.delete(connection);
      metrics.connections.set(this.#connections.size);
    });
  }
}
