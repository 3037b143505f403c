/** Which A-ABORT reason of the provider (PS3.8 Table 9-26) tells a peer what was wrong with what it sent. */
import type { ErrorCode } from '../errors.ts';

export const ABORT_REASON = {
  NOT_SPECIFIED: 0,
  UNRECOGNIZED_PDU: 1,
  UNEXPECTED_PDU: 2,
  UNEXPECTED_PARAMETER: 5,
  INVALID_PARAMETER: 6,
} as const;

export function abortReasonOf(code: ErrorCode): number {
  if (code === 'DICOM_PDU_INVALID') return ABORT_REASON.UNRECOGNIZED_PDU;
  if (code === 'DICOM_PDU_TOO_LARGE' || code === 'DICOM_COMMAND_INVALID')
    return ABORT_REASON.INVALID_PARAMETER;
  return ABORT_REASON.NOT_SPECIFIED;
}
