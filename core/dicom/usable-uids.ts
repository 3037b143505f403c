import { InterleaveError } from '../errors.ts';
import type { Header } from './header.ts';
import { MAX_UID_LENGTH } from './limits.ts';

/**
 * UIDs become keys, paths and headers: digits and dots, no more than `MAX_UID_LENGTH` (PS3.5 9.1). Components that are
 * empty or begin with a zero are against the standard too, but harmless, and senders have them. Absent ones are '' here.
 * @throws InterleaveError DICOM_UID_INVALID
 */
export function requireUsableUids(
  header: Pick<Header, 'sopClassUid' | 'sopInstanceUid' | 'studyInstanceUid' | 'seriesInstanceUid'>,
): void {
  const { sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid } = header;
  if (![sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid].every(isUsableUid))
    throw new InterleaveError('DICOM_UID_INVALID');
}

/** Whether an object may come under it; '' for none. */
export function isUsableUid(uid: string): boolean {
  return uid.length <= MAX_UID_LENGTH && !/[^0-9.]/.test(uid);
}
