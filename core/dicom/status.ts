/**
 * The DIMSE statuses that we send or understand (PS3.7 Annex C, PS3.4 B.2.3) and which error of ours means which.
 * A sender keeps an object on `A7xx` and sends it again; `A9xx` and `Cxxx` mean that it will never be accepted.
 */
import { codeOf, type ErrorCode } from '../errors.ts';

export const STATUS = {
  SUCCESS: 0x0000,
  SOP_CLASS_NOT_SUPPORTED: 0x0122,
  UNRECOGNIZED_OPERATION: 0x0211,
  OUT_OF_RESOURCES: 0xa700,
  DATA_SET_DOES_NOT_MATCH: 0xa900,
  CANNOT_UNDERSTAND: 0xc000,
  /** of the range that PS3.4 leaves to the implementation */
  TOO_LARGE: 0xc001,
  INSTANCE_CHANGED: 0xc002,
} as const;

const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  DICOM_SOP_CLASS_UNSUPPORTED: STATUS.SOP_CLASS_NOT_SUPPORTED,
  DICOM_DATA_SET_MISMATCH: STATUS.DATA_SET_DOES_NOT_MATCH,
  DICOM_DATA_SET_UNREADABLE: STATUS.CANNOT_UNDERSTAND,
  DICOM_SOP_INSTANCE_UID_MISSING: STATUS.CANNOT_UNDERSTAND,
  DICOM_UID_INVALID: STATUS.CANNOT_UNDERSTAND,
  DICOM_DATA_SET_TOO_LARGE: STATUS.TOO_LARGE,
  DICOM_INSTANCE_CHANGED: STATUS.INSTANCE_CHANGED,
  EVENT_TOO_LARGE: STATUS.TOO_LARGE,
};

/**
 * The status that answers a C-STORE which failed with this error. What is not known to be the object's own fault is
 * `A700`: the sender keeps the object.
 */
export function storeStatusOf(error: unknown): number {
  return STATUS_OF[codeOf(error)] ?? STATUS.OUT_OF_RESOURCES;
}

/** Will the same object be refused again? Then it belongs among the dead letters. */
export function isRefusedForGood(status: number): boolean {
  return (
    status === STATUS.SOP_CLASS_NOT_SUPPORTED || (status & 0xff00) === 0xa900 || (status & 0xf000) === 0xc000
  );
}

/** Success or a warning (`Bxxx`, 0001, 0107, 0116): the receiver has the object (PS3.7 C.1, C.3). */
export function isStored(status: number): boolean {
  return (
    status === 0 ||
    status === 0x0001 ||
    status === 0x0107 ||
    status === 0x0116 ||
    (status & 0xf000) === 0xb000
  );
}
