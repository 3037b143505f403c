/** The STOW-RS listener: HTTP, with TLS or without, on a port of its own, one request at a time on each connection, within the limits. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isTaken } from '../../../core/dicom/association.ts';
import { Admission } from '../../../platform/concurrency/admission.ts';
import { allowedHosts } from '../../../platform/net/allowed-hosts.ts';
import { addressOf } from '../../../platform/net/peer-address.ts';
import type { ServerTls } from '../../../platform/net/tls.ts';
import type { Config } from '../config.ts';
import type { StoreRequest } from '../dimse-service.ts';
import { refusing } from '../discard-data-set.ts';
import type { Listener } from '../listener.ts';
import { PeerList } from '../peer-list.ts';
import { StoreObject, type StoreObjectOptions } from '../store-object.ts';
import { type GatewayTelemetry, listenError } from '../telemetry.ts';
import { httpServer } from './http-server.ts';
import {
  MAX_STOW_CONNECTIONS_PER_PEER,
  MAX_STOW_REQUESTS,
  MAX_STOW_REQUESTS_PER_PEER,
  STOW_CONNECTION_HEADROOM,
} from './limits.ts';
import { type StoreRequestOptions, storeRequest } from './store-request.ts';

/** Rejects with PORT_TAKEN. `tls` is null for plain HTTP. */
export async function listenForStores(
  config: Pick<
    Config,
    'host' | 'stowPort' | 'stowHosts' | 'stowAeTitle' | 'stowMaxMib' | 'stowIdleMs' | 'dicomwebUrl'
  > &
    Pick<Config, 'dicomExtraSopClasses' | 'dicomRefusedObjects' | 'dicomPeers'>,
  storing: StoreObjectOptions,
  telemetry: Pick<GatewayTelemetry, 'stowRequest' | 'connectionRefused'>,
  tls: ServerTls | null = null,
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
      .then((problem) => telemetry.stowRequest(problem, peer))
      .finally(() => open.delete(work));
    open.add(work);
  };
  const peers = new PeerList(config.dicomPeers);
  const maxConnections = MAX_STOW_REQUESTS + STOW_CONNECTION_HEADROOM;
  const connections = new Admission(maxConnections, MAX_STOW_CONNECTIONS_PER_PEER);
  const server = httpServer({
    tls,
    serve,
    // As for associations: a host that is not listed is closed without a word.
    mayOpen(socket) {
      const isListed = peers.allows(socket.remoteAddress);
      const leave = isListed ? connections.enter(socket.remoteAddress ?? '') : null;
      if (leave === null)
        telemetry.connectionRefused(isListed ? 'TOO_MANY_REQUESTS' : 'DICOM_PEER_REFUSED', whoIs(socket));
      else socket.once('close', leave);
      return leave !== null;
    },
    onRefused: (why, address) =>
      telemetry.connectionRefused('TLS_REFUSED', { peer: addressOf(address), why }),
  });
  server.maxConnections = maxConnections;
  server.on('drop', (drop) => telemetry.connectionRefused('TOO_MANY_REQUESTS', whoIs(drop)));
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

function whoIs(socket: { remoteAddress?: string | undefined } | undefined): { peer: string } {
  return { peer: addressOf(socket?.remoteAddress) };
}
