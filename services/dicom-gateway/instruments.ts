/** The metrics and log lines of the gateway. Labels are outcomes and statuses; nothing of a patient stands anywhere. */
import { type ErrorCode, InterleaveError } from '../../core/errors.ts';
import type { ServiceContext } from '../../platform/lifecycle.ts';
import type { StoredReport } from './store-object.ts';
import type { Outcome } from './upper-layer.ts';

export interface Instruments {
  connectionEnded(end: { outcome: Outcome; problem: string | null }): void;
  /** closed before it could say anything */
  connectionDropped(code: ErrorCode): void;
  stored(report: StoredReport): void;
  associationsOpen(count: number): void;
  stowRequest(problem: ErrorCode | null): void;
}

export function instruments({ log, metrics }: ServiceContext): Instruments {
  const connections = metrics.counter('interleave_dicom_connections_total', 'Connections by how they ended', [
    'outcome',
  ]);
  const objects = metrics.counter('interleave_dicom_objects_total', 'C-STORE answers by status', ['status']);
  const bytes = metrics.counter('interleave_dicom_bytes_total', 'Bytes of data sets received');
  const requests = metrics.counter('interleave_dicom_stow_requests_total', 'STOW-RS requests by outcome', [
    'outcome',
  ]);
  const open = metrics.gauge('interleave_dicom_associations_open', 'Associations open now');
  return {
    connectionEnded({ outcome, problem }) {
      connections.inc({ outcome });
      if (problem === null) log.debug({ outcome }, 'association.ended');
      else log.warn({ outcome, code: problem }, 'association.failed');
    },
    connectionDropped(code) {
      connections.inc({ outcome: 'dropped' });
      log.warn({ code }, 'connection.dropped');
    },
    stored({ answer: { status, code }, bytes: size, caseIds }) {
      objects.inc({ status: hex(status) });
      bytes.inc(size);
      if (code === null) log.debug({ caseIds, bytes: size }, 'object.stored');
      else log.warn({ status: hex(status), code, bytes: size }, 'object.refused');
    },
    associationsOpen(count) {
      open.set(count);
    },
    stowRequest(problem) {
      requests.inc({ outcome: problem ?? 'answered' });
      if (problem !== null) log.warn({ code: problem }, 'stow.refused');
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
