import type { Case } from '../../core/radiology/events.ts';
import { type PatientId, patientsOf } from '../../core/radiology/patient-key.ts';
import { removedObjects } from '../../core/radiology/removals.ts';

/** What a new state of a case changes in the indices of its objects and patients. */
export interface IndexChange {
  /** SOP Instance UIDs that the case holds now, and that no note rejects */
  added: string[];
  /** those that a note rejects now: nothing more can happen to them */
  rejected: string[];
  /** all that the case names now */
  patients: PatientId[];
}

/** `before` is the state that is indexed already, null for none. */
export function indexChange(before: Case | null, after: Case): IndexChange {
  const known = new Set(before?.images.map(({ received }) => received.sopInstanceUid));
  const knownRejected = before === null ? new Set<string>() : removedObjects(before);
  const rejected = removedObjects(after);
  const uids = new Set(after.images.map(({ received }) => received.sopInstanceUid));
  return {
    added: [...uids].filter((uid) => !known.has(uid) && !rejected.has(uid)),
    rejected: [...rejected].filter((uid) => !knownRejected.has(uid)),
    patients: patientsOf(after),
  };
}
