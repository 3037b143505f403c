import type { Case, CaseReport, Rejection, Removal } from '../core/radiology/events.ts';
import { isSelection } from '../core/radiology/fit-image.ts';
import { compareRemovedThings } from '../core/radiology/removals.ts';
import { reportOf, type StoredReport, storedReport } from './reading-wire.ts';

/** A rejection as a case stores it: with its offset in the register, -1 where an older version did not keep it. */
export type StoredRejection = Rejection & { offset: number };

/**
 * A case as Avro has it. The one place where what an older version wrote becomes what this one works with.
 * Rejections of images stand apart from the other removals: older readers, which run beside this version during an
 * upgrade, know only these, and go on to hide what was rejected.
 */
export type StoredCase = Omit<Case, 'reports'> & {
  reports: (Omit<CaseReport, 'latest' | 'other'> & { latest: StoredReport; other: StoredReport | null })[];
  rejections: StoredRejection[];
};

/** What is written of a case. */
export function storedCase(state: Case): StoredCase {
  const selections = selectionsOf(state);
  const isApart = ({ what, why, sopInstanceUid, frames }: Removal): boolean =>
    what === 'IMAGE' && why === 'REJECTED' && frames.length === 0 && !selections.has(sopInstanceUid);
  return {
    ...state,
    reports: state.reports.map((report) => ({
      ...report,
      latest: storedReport(report.latest),
      other: report.other && storedReport(report.other),
    })),
    rejections: state.removals.filter(isApart).map((removal) => ({
      sopInstanceUid: removal.sopInstanceUid,
      noteUid: removal.by,
      titleCode: removal.code,
      rejectedAt: removal.decidedAt,
      offset: removal.decidingOffset,
    })),
    removals: state.removals.filter((removal) => !isApart(removal)),
  };
}

/** The case that was read. */
export function caseOf({ rejections, reports, ...rest }: StoredCase): Case {
  const stored: Case = {
    ...rest,
    reports: reports.map((report) => ({
      ...report,
      latest: reportOf(report.latest),
      other: report.other && reportOf(report.other),
    })),
  };
  if (rejections.length === 0) return stored;
  const selections = selectionsOf(stored);
  const images = new Set(
    stored.images
      .filter(({ received }) => !isSelection(received.kind))
      .map(({ received }) => received.sopInstanceUid),
  );
  const removals = rejections.flatMap((rejection) => {
    const { sopInstanceUid } = rejection;
    const kinds: Removal['what'][] = selections.has(sopInstanceUid) ? ['SELECTION'] : [];
    if (kinds.length === 0 || images.has(sopInstanceUid)) kinds.push('IMAGE');
    return kinds.map((what) => removalOf(rejection, what));
  });
  return { ...stored, removals: [...stored.removals, ...removals].sort(compareRemovedThings) };
}

function removalOf(rejection: StoredRejection, what: Removal['what']): Removal {
  return {
    what,
    sopInstanceUid: rejection.sopInstanceUid,
    report: null,
    why: 'REJECTED',
    code: rejection.titleCode,
    by: rejection.noteUid,
    decidingOffset: rejection.offset,
    decidedAt: rejection.rejectedAt,
    frames: [],
  };
}

function selectionsOf({ images }: Pick<Case, 'images'>): Set<string> {
  return new Set(
    images
      .filter(({ received }) => isSelection(received.kind))
      .map(({ received }) => received.sopInstanceUid),
  );
}
