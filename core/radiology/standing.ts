import { casePatients } from './case-patients.ts';
import { citedFrames } from './cited-images.ts';
import type { Case, CaseReport } from './events.ts';
import { type ImageMarks, imageMarks } from './image-marks.ts';
import type { PatientComparison } from './patient.ts';
import { shownReports } from './removals.ts';
import { statusRank } from './report-status.ts';

/**
 * - `JOINED`: a report and an image of one patient.
 * - `REPORT_ONLY`, `IMAGES_ONLY`: the other side has not come, or was withdrawn.
 * - `RECONCILIATION`: patients disagree; the report stands alone, the images are withheld until a person decides.
 * - `WITHDRAWN`: every report is cancelled and every image rejected.
 */
export type Standing = 'JOINED' | 'REPORT_ONLY' | 'IMAGES_ONLY' | 'RECONCILIATION' | 'WITHDRAWN';

/**
 * - `PATIENT_CANNOT_TELL`: joined, though too little is known of the patient on one side.
 * - `UNMATCHED`: one side waits, and its key can match nothing. That it has waited too long is added when a case is shown
 *   (`hasWaitedTooLong`): in an index, time would make it wrong.
 * - `NO_ACCESSION`: keyed by study or by filler number.
 * - `REPORT_CANCELLED`, `IMAGES_REJECTED`, `IMAGES_REPLACED`: something was withdrawn, or came again with other bytes.
 * - `OVERFLOW`: a limit left something out, or an image that is cited cannot be embedded for want of a place.
 * - `REPORT_TIMES_DISAGREE`: a version of a report that is not shown states a later time, in another time zone or in none.
 * - `REPORT_SENT_BACK`: a report is shown as preliminary, though a version of it was final, corrected or an addendum.
 */
export type CaseFlag =
  | 'PATIENT_CANNOT_TELL'
  | 'UNMATCHED'
  | 'NO_ACCESSION'
  | 'REPORT_CANCELLED'
  | 'IMAGES_REJECTED'
  | 'IMAGES_REPLACED'
  | 'OVERFLOW'
  | 'REPORT_TIMES_DISAGREE'
  | 'REPORT_SENT_BACK';

/** What holds of a case; derived, never stored in `radiology.case`. */
export interface CaseStanding {
  standing: Standing;
  /** sorted */
  flags: CaseFlag[];
  /** report against images; null while one side is missing and nothing disagrees */
  patients: PatientComparison | null;
  /** nothing of the images may be shown */
  withheldImages: boolean;
  /** SOP Instance UIDs of `case.images` that may be shown: images that are neither withheld nor rejected */
  shownImages: ReadonlySet<string>;
  marks: ImageMarks;
  /** the side that is missing; null where both are there or the case is withdrawn */
  waitingFor: 'REPORT' | 'IMAGES' | null;
  /** when waiting began; null where nothing is missing */
  waitingSince: number | null;
}

/** A case whose other side has not come after this long shows as unmatched. */
export const UNMATCHED_AFTER_MS = 24 * 60 * 60 * 1000;

/** The wall clock decides how a case shows, never what happens to it. */
export function hasWaitedTooLong(standing: string, firstReceivedAt: number, now: number): boolean {
  const waits = standing === 'REPORT_ONLY' || standing === 'IMAGES_ONLY';
  return waits && now - firstReceivedAt > UNMATCHED_AFTER_MS;
}

/** Where a case stands. */
export function caseStanding(state: Case): CaseStanding {
  const marks = imageMarks(state);
  const reports = shownReports(state).filter(({ latest }) => latest.received.status !== 'CANCELLED');
  const all = state.images.filter(({ received }) => received.kind === 'IMAGE');
  const images = all.filter(({ received }) => !marks.rejected.has(received.sopInstanceUid));
  const patients = casePatients(reports, images);
  const withheldImages = patients === 'DISAGREE';
  const standing = standingOf(state, reports.length, images.length, withheldImages);
  const waitingFor = standing === 'REPORT_ONLY' ? 'IMAGES' : standing === 'IMAGES_ONLY' ? 'REPORT' : null;
  const waitingSince = waitingFor === null ? null : state.firstReceivedAt;
  const shownImages = new Set(withheldImages ? [] : images.map(({ received }) => received.sopInstanceUid));
  const noAccession = state.caseKey.kind !== 'ACCESSION';
  const flags: [CaseFlag, boolean][] = [
    ['IMAGES_REJECTED', images.length < all.length],
    ['IMAGES_REPLACED', state.images.some(({ replaced }) => replaced)],
    ['NO_ACCESSION', noAccession],
    ['OVERFLOW', state.overflow || citedFrames(state, shownImages).leftOut > 0],
    ['PATIENT_CANNOT_TELL', patients === 'CANNOT_TELL'],
    ['REPORT_CANCELLED', reports.length < state.reports.length],
    ['REPORT_SENT_BACK', state.reports.some(wasSentBack)],
    ['REPORT_TIMES_DISAGREE', state.reports.some(hasLaterVersion)],
    ['UNMATCHED', waitingFor !== null && noAccession],
  ];
  return {
    standing,
    flags: flags.filter(([, holds]) => holds).map(([flag]) => flag),
    patients,
    withheldImages,
    shownImages,
    marks,
    waitingFor,
    waitingSince,
  };
}

/** The versions are listed by their times, the latest first. */
function hasLaterVersion({ latest, versions }: CaseReport): boolean {
  return (versions[0]?.effectiveAt ?? 0) > latest.received.effectiveAt;
}

function wasSentBack({ latest, versions }: CaseReport): boolean {
  const isDone = statusRank(latest.received.status) >= statusRank('FINAL');
  return (
    !isDone &&
    versions.some(({ status }) => status !== 'CANCELLED' && statusRank(status) >= statusRank('FINAL'))
  );
}

function standingOf(state: Case, reports: number, images: number, disagree: boolean): Standing {
  if (disagree) return 'RECONCILIATION';
  if (reports > 0) return images > 0 ? 'JOINED' : 'REPORT_ONLY';
  if (images > 0) return 'IMAGES_ONLY';
  // Nothing is shown. A selection whose images have not come waits like an image.
  const withdrawn =
    state.reports.length > 0 || state.images.some(({ received }) => received.kind === 'IMAGE');
  return withdrawn ? 'WITHDRAWN' : 'IMAGES_ONLY';
}
