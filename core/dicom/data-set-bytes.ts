import { inflateRawSync } from 'node:zlib';
import { InterleaveError } from '../errors.ts';
import { MAX_INFLATED_DATA_SET } from './limits.ts';
import { TRANSFER_SYNTAX } from './uids.ts';

/**
 * A data set as its elements can be read: one that is deflated (PS3.5 A.5) is inflated in memory, the others stay as they are.
 * Throws DICOM_DATA_SET_UNREADABLE, also where it grows beyond `maxBytes`.
 */
export function dataSetBytes(
  bytes: Buffer,
  transferSyntaxUid: string,
  maxBytes: number = MAX_INFLATED_DATA_SET,
): Buffer {
  if (transferSyntaxUid !== TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE) return bytes;
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'it cannot be inflated', { cause });
  }
}
