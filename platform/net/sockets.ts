import { connect as connectTcp, createServer, isIP, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { InterleaveError } from '../../core/errors.ts';
import { Admission } from '../concurrency/admission.ts';
import type { ClientTls, ServerTls } from './tls.ts';

/** A peer that speaks TLS must have finished its handshake after this long. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Handshakes at once, in all and of one peer address; one more is closed as it opens. What a listener limits beyond them
 * are its connections.
 */
export const MAX_HANDSHAKES = 64;
export const MAX_HANDSHAKES_PER_PEER = 16;

/** Between two probes whether a silent peer is still there. */
const KEEP_ALIVE_MS = 60_000;

export interface SocketServerOptions {
  /** null for plain TCP */
  tls: ServerTls | null;
  /** Whether our side stays open when the peer has closed its own. */
  allowHalfOpen: boolean;
  /** Asked as a connection opens, before any handshake; where it says no the connection is closed. Default: anyone. */
  mayOpen?: ((address: string | undefined) => boolean) | undefined;
  /** A peer that may speak: behind TLS one whose handshake is done. */
  onSocket: (socket: Socket) => void;
  /**
   * A peer whose handshake failed. `why` is `TOO_MANY_HANDSHAKES` or a code, never input: what is wrong with the peer's
   * certificate (`UNABLE_TO_VERIFY_LEAF_SIGNATURE`, `CERT_HAS_EXPIRED`), what OpenSSL says (`ERR_SSL_…`), or
   * `ECONNRESET` where the peer left, as one does that does not believe our certificate.
   */
  onRefused?: (why: string, address: string | undefined) => void;
}

/** A server of plain TCP or of TLS, not listening yet; what it hands out is the same socket for both. */
export function createSocketServer(options: SocketServerOptions): Server {
  const { tls, allowHalfOpen, onSocket, mayOpen = () => true } = options;
  const serve = tls === null ? onSocket : handshakes(tls, options);
  const sockets = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  // Not before TLS: who leaves in the middle of a handshake would hold its place until the timeout.
  return createServer({ ...sockets, allowHalfOpen: tls === null && allowHalfOpen }, (socket) => {
    if (mayOpen(socket.remoteAddress)) serve(socket);
    else socket.on('error', () => undefined).destroy();
  });
}

/** Takes connections through their handshake, within the limits. */
function handshakes(tls: ServerTls, options: SocketServerOptions): (raw: Socket) => void {
  const { allowHalfOpen, onSocket, onRefused = () => undefined } = options;
  const places = new Admission(MAX_HANDSHAKES, MAX_HANDSHAKES_PER_PEER);
  const pending = new Map<string, () => void>();
  // It never listens: connections are handed to it.
  const server = createTlsServer({ ...tls, handshakeTimeout: HANDSHAKE_TIMEOUT_MS });
  server.on('secureConnection', (socket) => {
    pending.get(endOf(socket))?.();
    socket.allowHalfOpen = allowHalfOpen;
    onSocket(socket);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    onRefused(whyRefused(error, socket), addressUnder(socket));
    socket.destroy();
  });
  return (raw) => {
    const leave = places.enter(raw.remoteAddress ?? '');
    if (leave === null) {
      raw.on('error', () => undefined).destroy();
      onRefused('TOO_MANY_HANDSHAKES', raw.remoteAddress);
      return;
    }
    const end = endOf(raw);
    const done = (): void => {
      if (pending.get(end) === done) pending.delete(end);
      leave();
    };
    pending.set(end, done);
    raw.once('close', done);
    server.emit('connection', raw);
  };
}

/** Why a handshake failed, for `tlsClientError`: see `onRefused`. */
export function whyRefused(error: NodeJS.ErrnoException, socket: TLSSocket): string {
  // Where we do not believe the peer's certificate, Node ends the socket and calls that a reset.
  const verdict: unknown = socket.authorizationError;
  return typeof verdict === 'string' ? verdict : (error.code ?? 'UNKNOWN');
}

/** Who was at the other end of a TLS socket that may be closed: what lies under it has been asked for its address before. */
export function addressUnder(socket: TLSSocket): string | undefined {
  return socket.remoteAddress ?? socketUnder(socket)?.remoteAddress;
}

/** The socket that TLS is spoken over. */
export function socketUnder(socket: TLSSocket): Socket | undefined {
  const { _parent: raw } = socket as { _parent?: Socket }; // Node has no public name for it
  return raw;
}

/** Both ends of a connection, the same before and after its handshake. */
function endOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}

export interface OpenSocketOptions {
  host: string;
  port: number;
  /** null for plain TCP */
  tls: ClientTls | null;
  timeoutMs: number;
}

/**
 * Opens a connection, with TLS where that is asked for: the receiver's certificate must come from a known authority and
 * name `host`. Rejects with `TLS_REFUSED` where TLS failed, else with what Node said. In TLS 1.3 a receiver that wants
 * another certificate from us says so only after that: the socket closes, and `isTlsAlert(socket.errored)` tells why. An
 * `error` event needs no listener.
 */
export function openSocket(options: OpenSocketOptions): Promise<Socket> {
  const { host, port, tls, timeoutMs } = options;
  const address = { host, port, noDelay: true };
  return new Promise((resolve, reject) => {
    const socket =
      tls === null
        ? connectTcp(address)
        : connectTls({ ...address, ...tls, ...(isIP(host) === 0 ? { servername: host } : {}) });
    const timer = setTimeout(() => fail(new Error('No connection in time.')), timeoutMs);
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      socket.destroy();
      const refused = tls !== null && (isTlsAlert(error) || isUntrusted(error));
      reject(refused ? new InterleaveError('TLS_REFUSED', error.code, { cause: error }) : error);
    };
    const closed = (): void => fail(new Error('The connection was closed as it opened.'));
    socket.once('error', fail).once('close', closed);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      // What goes wrong inside TLS later is only said; the socket would stay.
      socket.on('error', (error) => socket.destroy(error));
      socket.off('error', fail).off('close', closed);
      resolve(socket);
    });
  });
}

/** Whether a socket ended because the two sides could not agree on TLS. */
export function isTlsAlert(error: NodeJS.ErrnoException | null): boolean {
  return /^(?:ERR_SSL_|EPROTO$)/.test(error?.code ?? '');
}

/** Whether a handshake failed on a certificate that we do not believe, by the names that Node gives to that. */
export function isUntrusted(error: NodeJS.ErrnoException): boolean {
  return /CERT|SIGNATURE|ISSUER|CRL|HOSTNAME/.test(error.code ?? '');
}
