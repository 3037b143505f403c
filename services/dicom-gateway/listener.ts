/** The listening socket, with TLS or without: one `UpperLayer` for each connection, within the limits. */

import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Association, AssociationPolicy } from '../../core/dicom/association.ts';
import type { DimseCommand } from '../../core/dicom/dimse-command.ts';
import { refusedContexts } from '../../core/dicom/refused-contexts.ts';
import { Admission } from '../../platform/concurrency/admission.ts';
import { addressOf } from '../../platform/net/peer-address.ts';
import { createSocketServer } from '../../platform/net/sockets.ts';
import type { ServerTls } from '../../platform/net/tls.ts';
import type { CallingPeer } from './calling-peer.ts';
import type { Config } from './config.ts';
import { DimseService } from './dimse-service.ts';
import { refusing } from './discard-data-set.ts';
import { CONNECTION_HEADROOM, CONNECTION_HEADROOM_PER_PEER } from './limits.ts';
import { PeerList } from './peer-list.ts';
import { StoreObject, type StoreObjectOptions } from './store-object.ts';
import { type GatewayTelemetry, listenError } from './telemetry.ts';
import { UpperLayer } from './upper-layer.ts';

export interface Listener {
  port: number;
  /** Takes no more connections, lets messages under way be answered, and ends the associations. */
  stop(): Promise<void>;
}

/** Rejects with PORT_TAKEN or CONFIG_INVALID. `tls` is null for plain TCP. */
export async function listen(
  config: Config,
  options: StoreObjectOptions,
  telemetry: GatewayTelemetry,
  tls: ServerTls | null = null,
): Promise<Listener> {
  const serve = associations(config, options, telemetry);
  const peers = new PeerList(config.dicomPeers);
  const maxConnections = config.dicomMaxAssociations + CONNECTION_HEADROOM;
  const connections = new Admission(
    maxConnections,
    config.dicomMaxAssociationsPerPeer + CONNECTION_HEADROOM_PER_PEER,
  );
  const server = createSocketServer({
    tls,
    allowHalfOpen: false,
    mayOpen(address) {
      if (peers.allows(address)) return true;
      telemetry.connectionRefused('DICOM_PEER_REFUSED', { peer: addressOf(address) });
      return false;
    },
    onSocket(socket) {
      socket.on('error', () => undefined); // its end is seen by who reads it
      const leave = connections.enter(socket.remoteAddress ?? '');
      if (leave === null) {
        telemetry.connectionRefused('DICOM_ASSOCIATION_LIMIT', { peer: addressOf(socket.remoteAddress) });
        socket.destroy();
        return;
      }
      socket.once('close', leave);
      serve.connection(socket);
    },
    onRefused: (why, address) =>
      telemetry.connectionRefused('TLS_REFUSED', { peer: addressOf(address), why }),
  });
  server.maxConnections = maxConnections;
  server.on('drop', (drop) =>
    telemetry.connectionRefused('DICOM_ASSOCIATION_LIMIT', { peer: addressOf(drop?.remoteAddress) }),
  );
  await bind(server, config.dicomPort, config.host);
  return {
    port: portOf(server),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      await serve.stop();
      await closed;
    },
  };
}

/** What becomes of the connections that may speak. */
function associations(config: Config, options: StoreObjectOptions, telemetry: GatewayTelemetry) {
  const admission = new Admission(config.dicomMaxAssociations, config.dicomMaxAssociationsPerPeer, (count) =>
    telemetry.associationsOpen(count),
  );
  const policy: AssociationPolicy = {
    callingAeTitles: config.dicomCallingAeTitles,
    calledAeTitles: config.dicomCheckCalledAeTitle ? [config.dicomAeTitle] : [],
    extraSopClasses: config.dicomExtraSopClasses,
    refused: config.dicomRefusedObjects,
  };
  const handler =
    (peer: string) => (association: Association, send: (contextId: number, response: DimseCommand) => void) =>
      new DimseService({
        association,
        send,
        store: (request) => new StoreObject(options, { ...request, peer }),
        discard: refusing(options, senderOf(association, peer)),
      });
  const open = new Map<UpperLayer, Promise<void>>();
  return {
    connection(socket: Socket): void {
      const from: CallingPeer = { peer: addressOf(socket.remoteAddress) };
      const connection = new UpperLayer(socket, {
        policy,
        admit: () => admission.enter(socket.remoteAddress ?? ''),
        handler: handler(from.peer),
        asked({ callingAeTitle, calledAeTitle, contexts }, negotiation) {
          Object.assign(from, { callingAeTitle, calledAeTitle });
          const refused = negotiation.accepted
            ? refusedContexts(contexts, negotiation.accept.contexts)
            : null;
          if (refused !== null) telemetry.contextsRefused(refused, from);
        },
        artimMs: config.dicomArtimMs,
        idleMs: config.dicomIdleMs,
      });
      const ended = connection.run().then((end) => {
        open.delete(connection);
        telemetry.connectionEnded(end, from);
      });
      open.set(connection, ended);
    },
    async stop(): Promise<void> {
      for (const connection of open.keys()) connection.stop();
      await Promise.all(open.values());
    },
  };
}

function senderOf({ callingAeTitle, calledAeTitle }: Association, peer: string): CallingPeer {
  return { peer, callingAeTitle, calledAeTitle };
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(listenError(cause, port)));
    server.listen(port, host, resolve);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
