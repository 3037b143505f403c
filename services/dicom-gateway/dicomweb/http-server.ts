/** The HTTP server under the STOW-RS listener, plain or over TLS, with the limits of time and size of a request. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import {
  addressUnder,
  HANDSHAKE_TIMEOUT_MS,
  socketUnder,
  whyRefused,
} from '../../../platform/net/sockets.ts';
import type { ServerTls } from '../../../platform/net/tls.ts';
import { MAX_STOW_HEADERS, STOW_HEADERS_MS, STOW_REQUEST_MS } from './limits.ts';

export interface HttpServerOptions {
  /** null for plain HTTP */
  tls: ServerTls | null;
  serve: (request: IncomingMessage, response: ServerResponse) => void;
  /** Asked as a connection opens, before any handshake; where it says no the connection is closed. */
  mayOpen: (socket: Socket) => boolean;
  /** A peer whose handshake failed: see `platform/net/sockets.ts`. */
  onRefused: (why: string, address: string | undefined) => void;
}

/** Not listening yet. */
export function httpServer({ tls, serve, mayOpen, onRefused }: HttpServerOptions): Server {
  const settings = {
    headersTimeout: STOW_HEADERS_MS,
    requestTimeout: STOW_REQUEST_MS,
    connectionsCheckingInterval: STOW_HEADERS_MS / 2,
    maxHeaderSize: MAX_STOW_HEADERS,
    noDelay: true,
  };
  const server =
    tls === null
      ? createServer(settings, serve)
      : createTlsServer({ ...settings, ...tls, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }, serve);
  // The body is asked for only when the headers are such that it is wanted.
  server.on('checkContinue', serve);
  const closed = new WeakSet<Socket>();
  server.on('connection', (socket: Socket) => {
    if (mayOpen(socket)) return;
    closed.add(socket);
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    const raw = socketUnder(socket);
    // TLS has begun on what is closed before it, and calls that a reset.
    if (raw === undefined || !closed.has(raw)) onRefused(whyRefused(error, socket), addressUnder(socket));
    socket.destroy();
  });
  return server;
}
