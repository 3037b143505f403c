/** The metrics and log lines of the gateway. Labels are outcomes and statuses; nothing of a patient stands anywhere. */

import type { RefusedContexts } from '../../core/dicom/refused-contexts.ts';
import { type ErrorCode, InterleaveError } from '../../core/errors.ts';
import type { ServiceContext } from '../../platform/process/lifecycle.ts';
import { type CallingPeer, shown } from './calling-peer.ts';
import type { StoreOutcome } from './store-object.ts';
import type { AssociationEnd } from './upper-layer.ts';

export interface GatewayTelemetry {
  connectionEnded(end: { outcome: AssociationEnd; problem: string | null }, from: CallingPeer): void;
  /** closed before it could say anything; `why` is a code (`platform/net/sockets.ts`) */
  connectionRefused(code: ErrorCode, who: { peer: string; why?: string }): void;
  /** what was asked for in an association that was accepted, and is not taken */
  contextsRefused(refused: RefusedContexts, from: CallingPeer): void;
  stored(outcome: StoreOutcome): void;
  associationsOpen(count: number): void;
  stowRequest(problem: ErrorCode | null, peer: string): void;
}

export function gatewayTelemetry({ log, metrics }: ServiceContext): GatewayTelemetry {
  const connections = metrics.counter('interleave_dicom_connections_total', 'Connections by how they ended', [
    'outcome',
  ]);
  const refusedConnections = metrics.counter(
    'interleave_dicom_connections_refused_total',
    'Closed as they opened: at a limit, not listed, or TLS',
    ['code'],
  );
  const objects = metrics.counter('interleave_dicom_objects_total', 'Objects by the status of their answer', [
    'status',
  ]);
  const bytes = metrics.counter('interleave_dicom_bytes_total', 'Bytes of data sets received');
  const requests = metrics.counter('interleave_dicom_stow_requests_total', 'STOW-RS requests by outcome', [
    'outcome',
  ]);
  const open = metrics.gauge('interleave_dicom_associations_open', 'Associations open now');
  return {
    connectionEnded({ outcome, problem }, from) {
      connections.inc({ outcome });
      if (problem === null) log.debug({ outcome, ...shown(from) }, 'association.ended');
      else log.warn({ outcome, code: problem, ...shown(from) }, 'association.failed');
    },
    connectionRefused(code, who) {
      refusedConnections.inc({ code });
      log.warn({ code, ...who }, 'connection.refused');
    },
    contextsRefused(refused, from) {
      log.info({ ...refused, ...shown(from) }, 'association.contexts.refused');
    },
    stored({ answer: { status, code }, bytes: size, caseIds, from, deadLetter }) {
      objects.inc({ status: hex(status) });
      bytes.inc(size);
      if (code === null) log.debug({ caseIds, bytes: size }, 'object.stored');
      else log.warn({ status: hex(status), code, bytes: size, ...shown(from), deadLetter }, 'object.refused');
    },
    associationsOpen(count) {
      open.set(count);
    },
    stowRequest(problem, peer) {
      requests.inc({ outcome: problem ?? 'answered' });
      if (problem !== null) log.warn({ code: problem, peer }, 'stow.refused');
    },
  };
}

function hex(status: number): string {
  return status.toString(16).toUpperCase().padStart(4, '0');
}

/** An error of the listening socket in our words. */
export function listenError(cause: NodeJS.ErrnoException, port: number): InterleaveError {
  if (cause.code === 'EADDRINUSE') return new InterleaveError('PORT_TAKEN', `Port ${port}.`, { cause });
  return new InterleaveError('CONFIG_INVALID', 'The DICOM listener could not start.', { cause });
}
