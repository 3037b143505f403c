import type { Case, CaseReport, Removal, ReportIdentity } from './events.ts';
import { compareText } from './total-order.ts';

/**
 * The removal set of a case: what was withdrawn, rejected, moved or erased, by whom and by which decision. There is one
 * removal for each report and object. The set only grows, and a removal wins over whatever comes of the same thing, before
 * or after it:
 *
 * - `REJECTED` (by a rejection note) and `WITHDRAWN` (by a person) hide. The content stays in the case.
 * - `MOVED` and `ERASED` take the content out. A late repeat of it is not merged.
 *
 * Of two removals of one thing the stronger kind counts, then the first decision: a least element, so the merge stays
 * idempotent and free of order. What is removed keeps its place among the reports, objects and frames of the case. If it
 * gave its place back, what a limit left out would depend on the order of arrival.
 */
export function mergeRemoval(a: Removal, b: Removal): Removal {
  const decided = compareDecisions(a, b) <= 0 ? a : b;
  return { ...decided, frames: joinNumbers(a.frames, b.frames) };
}

/** The weakest first. A kind that a newer version wrote and that is not known here hides. */
const STRENGTH: readonly string[] = ['REJECTED', 'WITHDRAWN', 'MOVED', 'ERASED'];

/** Whether the content leaves the case, too. */
export function isGone({ why }: Removal): boolean {
  return why === 'MOVED' || why === 'ERASED';
}

/** By what is removed: reports, then selections, then images; one removal for each. */
export function compareRemovedThings(a: Removal, b: Removal): number {
  return (
    KINDS.indexOf(a.what) - KINDS.indexOf(b.what) ||
    compareIdentities(a.report ?? NO_REPORT, b.report ?? NO_REPORT) ||
    compareText(a.sopInstanceUid, b.sopInstanceUid)
  );
}

/** Two reports are one when the same facility gave them the same filler number (OBR-3) or document number (TXA-12). */
export function compareIdentities(a: ReportIdentity, b: ReportIdentity): number {
  return compareText(a.facility, b.facility) || compareText(a.fillerNumber, b.fillerNumber);
}

/** The reports of a case that were not removed. */
export function shownReports({ reports, removals }: Pick<Case, 'reports' | 'removals'>): CaseReport[] {
  const hidden = removals.flatMap(({ report }) => report ?? []);
  if (hidden.length === 0) return reports;
  return reports.filter(
    ({ latest }) => !hidden.some((one) => compareIdentities(one, latest.received.identity) === 0),
  );
}

/** SOP Instance UIDs of the objects of a case that were removed. */
export function removedObjects({ removals }: Pick<Case, 'removals'>): Set<string> {
  return new Set(
    removals.filter(({ what }) => what !== 'REPORT').map(({ sopInstanceUid }) => sopInstanceUid),
  );
}

const KINDS: readonly Removal['what'][] = ['REPORT', 'SELECTION', 'IMAGE'];
const NO_REPORT: ReportIdentity = { facility: '', fillerNumber: '' };

function compareDecisions(a: Removal, b: Removal): number {
  return (
    STRENGTH.indexOf(b.why) - STRENGTH.indexOf(a.why) ||
    compareText(a.why, b.why) ||
    a.decidedAt - b.decidedAt ||
    compareText(a.by, b.by) ||
    compareText(a.code, b.code) ||
    a.decidingOffset - b.decidingOffset
  );
}

/** Sorted. */
function joinNumbers(a: readonly number[], b: readonly number[]): number[] {
  return [...new Set([...a, ...b])].sort((one, other) => one - other);
}
