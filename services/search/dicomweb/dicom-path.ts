import { isUid } from '../../../core/dicom/uids.ts';
import { MAX_REQUESTED_FRAMES } from '../../../core/dicomweb/limits.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { DicomPath } from './find-images.ts';

/** The UIDs of an address. @throws InterleaveError QUERY_INVALID where one is none */
export function dicomPathOf({ study, series, instance }: Partial<DicomPath>): DicomPath {
  for (const uid of [study, series, instance])
    if (uid !== undefined && !isUid(uid)) throw new InterleaveError('QUERY_INVALID', 'Not a valid UID.');
  if (study === undefined) throw new InterleaveError('INSTANCE_NOT_FOUND');
  return { study, series, instance };
}

/** `1,3,2`: frames count from 1. @throws InterleaveError QUERY_INVALID */
export function frameNumbers(list: string): number[] {
  const numbers = list.split(',');
  if (numbers.length > MAX_REQUESTED_FRAMES || !numbers.every((one) => /^[1-9]\d{0,8}$/.test(one)))
    throw new InterleaveError('QUERY_INVALID', 'Frames are numbers from 1, separated by commas.');
  return numbers.map(Number);
}

/** The query of an address, as it was sent. */
export function parametersOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}
