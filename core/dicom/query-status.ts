/** The statuses of C-FIND (PS3.4 C.4.1.1.4), C-MOVE (C.4.2.1.5) and C-GET (C.4.3.1.4), and which error of ours means which. */
import { type ErrorCode, InterleaveError } from '../errors.ts';

export const QUERY_STATUS = {
  SUCCESS: 0x0000,
  /** matching or sub-operations were ended by C-CANCEL; some send it where they give no more answers */
  CANCELLED: 0xfe00,
  PENDING: 0xff00,
  /** pending, and a key that we asked for is not supported */
  PENDING_WITHOUT_KEYS: 0xff01,
  OUT_OF_RESOURCES: 0xa700,
  /** sub-operations were done, and some of them failed */
  SOME_FAILED: 0xb000,
} as const;

export function isPending(status: number): boolean {
  return status === QUERY_STATUS.PENDING || status === QUERY_STATUS.PENDING_WITHOUT_KEYS;
}

/**
 * The error that a final status of C-FIND, C-MOVE or C-GET means; null where the operation was carried out, whatever became of
 * its sub-operations. The detail holds the status, never the peer's comment: that may quote what was asked for.
 */
export function queryError(status: number): InterleaveError | null {
  if (status === QUERY_STATUS.SUCCESS || (status & 0xf000) === 0xb000) return null;
  return new InterleaveError(
    codeOfStatus(status),
    `Its status is ${status.toString(16).toUpperCase().padStart(4, '0')}.`,
  );
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 0xa801) return 'DICOM_MOVE_DESTINATION_UNKNOWN';
  if (status === 0xa702) return 'DICOM_RETRIEVE_FAILED';
  if ((status & 0xff00) === 0xa700) return 'DICOM_QUERY_BUSY';
  if (status === QUERY_STATUS.CANCELLED) return 'DICOM_QUERY_CANCELLED';
  return 'DICOM_QUERY_REFUSED';
}
