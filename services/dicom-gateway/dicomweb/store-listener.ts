/** The STOW-RS listener: HTTP on a port of its own, one request at a time on each connection, within the limits. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isTaken } from '../../../core/dicom/association.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import { Admission } from '../../../platform/admission.ts';
import { allowedHosts } from '../../../platform/allowed-hosts.ts';
import { addressOf } from '../../../platform/peer-address.ts';
import type { Config } from '../config.ts';
import type { StoreRequest } from '../dimse-service.ts';
import { refusing } from '../discard-data-set.ts';
import { listenError } from '../instruments.ts';
import type { Listener } from '../listener.ts';
import { PeerList } from '../peer-list.ts';
import { StoreObject, type StoreObjectOptions } from '../store-object.ts';
import {
  MAX_STOW_CONNECTIONS_PER_PEER,
  MAX_STOW_HEADERS,
  MAX_STOW_REQUESTS,
  MAX_STOW_REQUESTS_PER_PEER,
  STOW_CONNECTION_HEADROOM,
  STOW_HEADERS_MS,
  STOW_REQUEST_MS,
} from './limits.ts';
import { type StoreRequestOptions, storeRequest } from './store-request.ts';

/** Told once for each request, with the address that it came from; null for one that was as it should be, whatever became of its objects. */
export type ToldRequest = (problem: ErrorCode | null, peer: string) => void;

/** Rejects with PORT_TAKEN. */
export async function listenForStores(
  config: Pick<
    Config,
    'host' | 'stowPort' | 'stowHosts' | 'stowAeTitle' | 'stowMaxMib' | 'stowIdleMs' | 'dicomwebUrl'
  > &
    Pick<Config, 'dicomExtraSopClasses' | 'dicomRefusedObjects' | 'dicomPeers'>,
  storing: StoreObjectOptions,
  told: ToldRequest,
): Promise<Listener> {
  const admission = new Admission(MAX_STOW_REQUESTS, MAX_STOW_REQUESTS_PER_PEER);
  const options: Omit<StoreRequestOptions, 'store' | 'discard'> = {
    callingAeTitle: config.stowAeTitle,
    takes: (sopClassUid) =>
      isTaken(sopClassUid, {
        extraSopClasses: config.dicomExtraSopClasses,
        refused: config.dicomRefusedObjects,
      }),
    isAllowed: allowedHosts(config.stowHosts),
    admit: (peer) => admission.enter(peer),
    maxLength: config.stowMaxMib * 1024 * 1024,
    idleMs: config.stowIdleMs,
    retrieveUrl: config.dicomwebUrl === '' ? null : config.dicomwebUrl.replace(/\/+$/, ''),
  };
  const open = new Set<Promise<void>>();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const peer = addressOf(request.socket.remoteAddress);
    const store = (object: StoreRequest) => new StoreObject(storing, { ...object, peer });
    const discard = refusing(storing, { peer, callingAeTitle: config.stowAeTitle });
    const work = storeRequest(request, response, { ...options, store, discard })
      .then((problem) => told(problem, peer))
      .finally(() => open.delete(work));
    open.add(work);
  };
  const server = createServer(
    {
      headersTimeout: STOW_HEADERS_MS,
      requestTimeout: STOW_REQUEST_MS,
      connectionsCheckingInterval: STOW_HEADERS_MS / 2,
      maxHeaderSize: MAX_STOW_HEADERS,
      noDelay: true,
    },
    serve,
  );
  // The body is asked for only when the headers are such that it is wanted.
  server.on('checkContinue', serve);
  // As for associations: a host that is not listed is closed without a word.
  const peers = new PeerList(config.dicomPeers);
  server.maxConnections = MAX_STOW_REQUESTS + STOW_CONNECTION_HEADROOM;
  const connections = new Admission(server.maxConnections, MAX_STOW_CONNECTIONS_PER_PEER);
  server.on('connection', (socket: Socket) => {
    const leave = peers.allows(socket.remoteAddress) ? connections.enter(socket.remoteAddress ?? '') : null;
    if (leave === null) socket.destroy();
    else socket.once('close', leave);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(listenError(cause, config.stowPort ?? 0)));
    server.listen(config.stowPort, config.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await Promise.all(open);
      server.closeAllConnections();
      await closed;
    },
  };
}
