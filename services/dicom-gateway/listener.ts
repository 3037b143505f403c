/** The listening socket: one `UpperLayer` for each connection, within the limits. */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Association, AssociationPolicy } from '../../core/dicom/association.ts';
import type { DimseCommand } from '../../core/dicom/dimse-command.ts';
import { Admission } from './admission.ts';
import type { Config } from './config.ts';
import { DimseService } from './dimse-service.ts';
import { DiscardDataSet } from './discard-data-set.ts';
import { type Instruments, listenError } from './instruments.ts';
import { CONNECTION_HEADROOM } from './limits.ts';
import { StoreObject, type StoreObjectOptions } from './store-object.ts';
import { UpperLayer } from './upper-layer.ts';

export interface Listener {
  port: number;
  /** Takes no more connections, lets messages under way be answered, and ends the associations. */
  stop(): Promise<void>;
}

/** Rejects with PORT_TAKEN. */
export async function listen(
  config: Config,
  options: StoreObjectOptions,
  told: Instruments,
): Promise<Listener> {
  const admission = new Admission(config.dicomMaxAssociations, config.dicomMaxAssociationsPerPeer, (count) =>
    told.associationsOpen(count),
  );
  const policy: AssociationPolicy = {
    callingAeTitles: config.dicomCallingAeTitles,
    calledAeTitles: config.dicomCheckCalledAeTitle ? [config.dicomAeTitle] : [],
    extraSopClasses: config.dicomExtraSopClasses,
  };
  const handler = (association: Association, send: (contextId: number, response: DimseCommand) => void) =>
    new DimseService({
      association,
      send,
      store: (request) => new StoreObject(options, request),
      discard: (answer) => new DiscardDataSet(answer, options.maxDiscardedLength),
    });

  const open = new Map<UpperLayer, Promise<void>>();
  const serve = (socket: Socket) => {
    socket.on('error', () => undefined); // seen by the loop that reads it
    const connection = new UpperLayer(socket, {
      policy,
      admit: () => admission.enter(socket.remoteAddress ?? ''),
      handler,
      artimMs: config.dicomArtimMs,
      idleMs: config.dicomIdleMs,
    });
    const ended = connection.run().then((end) => {
      open.delete(connection);
      told.connectionEnded(end);
    });
    open.set(connection, ended);
  };
  const server = createServer({ noDelay: true, keepAlive: true }, serve);
  server.maxConnections = config.dicomMaxAssociations + CONNECTION_HEADROOM;
  server.on('drop', told.connectionDropped);
  await bind(server, config.dicomPort, config.host);
  return {
    port: portOf(server),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const connection of open.keys()) connection.stop();
      await Promise.all(open.values());
      await closed;
    },
  };
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
