import type { Acknowledgement } from '../../clients/mllp-sender.ts';
import { isErrorCode } from '../../core/errors.ts';

/** How an acknowledgement is shown: MSA-1, ERR-3 and our own code (`AE 101 HL7_REQUIRED_FIELD_MISSING`). */
export function acknowledgementCode({ code, errorCode, applicationCode }: Acknowledgement): string {
  const known = isErrorCode(applicationCode) ? applicationCode : '';
  return [code, errorCode, known].filter((word) => word !== '').join(' ') || 'unreadable answer';
}

/**
 * How the answer to a C-STORE is shown (`C001 DICOM_DATA_SET_TOO_LARGE`). Our gateway's Error Comment (0000,0902) is a code of
 * the table; another's may be anything, and is not shown.
 */
export function storeCode({ status, comment }: { status: number; comment: string }): string {
  const known = isErrorCode(comment) ? ` ${comment}` : '';
  return `${status.toString(16).toUpperCase().padStart(4, '0')}${known}`;
}
