import type { Case, CaseReport, ReportStatus } from '../../core/radiology/events.ts';
import { MAX_REPORT_VERSIONS } from '../../core/radiology/limits.ts';
import type { AnalysisDocument } from '../../schemas/index/analysis-document.ts';
import { counts } from './document-reports.ts';

/**
 * How long a case waited, in seconds, by two clocks that are never mixed.
 *
 * By arrival here, whatever the messages say:
 * - `first_image_to_first_report_s`: from the first image until the first version of the first report; negative where
 *   the report came first. Null while one side is missing.
 * - `first_to_last_received_s`: from the first thing that came until the last.
 *
 * By the times that the reports themselves state (OBR-7, OBR-22): the turnaround, which an archive that is read in years
 * later does not spoil.
 * - `study_to_first_report_s`: from the examination until the first version of any of its reports.
 * - `study_to_final_s`: until the first version that was final or more.
 * Both null where no report gives the time of the examination (a study date without a time is none), where a report has
 * more versions than are remembered, or where it states a time before its own examination.
 *
 * Cancelled reports say nothing; images that may not be shown have no times either.
 */
export function delaysOf(theCase: Case, imagesShown: boolean): AnalysisDocument['delays'] {
  const reports = theCase.reports.filter(counts);
  return {
    first_image_to_first_report_s: imagesShown ? imageToReport(theCase, reports) : null,
    first_to_last_received_s: (theCase.lastReceivedAt - theCase.firstReceivedAt) / 1000,
    study_to_first_report_s: studyToReport(reports, () => true),
    study_to_final_s: studyToReport(reports, (status) => FINAL.has(status)),
  };
}

const FINAL: ReadonlySet<ReportStatus> = new Set<ReportStatus>(['FINAL', 'CORRECTED', 'ADDENDUM']);

function imageToReport(theCase: Case, reports: readonly CaseReport[]): number | null {
  const images = theCase.images.filter(({ received }) => received.kind === 'IMAGE');
  const firstImage = earliest(images.map(({ firstReceivedAt }) => firstReceivedAt));
  const firstReport = earliest(reports.map(({ firstReceivedAt }) => firstReceivedAt));
  // 0: from before the first arrival was kept.
  return firstImage && firstReport ? (firstReport - firstImage) / 1000 : null;
}

function studyToReport(
  reports: readonly CaseReport[],
  isMeant: (status: ReportStatus) => boolean,
): number | null {
  if (reports.some(({ versions }) => versions.length >= MAX_REPORT_VERSIONS)) return null;
  const study = earliest(reports.flatMap(({ latest }) => latest.received.observedAt ?? []));
  const meant = reports.flatMap(({ versions }) => versions.filter(({ status }) => isMeant(status)));
  const reported = earliest(meant.map(({ effectiveAt }) => effectiveAt));
  return study !== null && reported !== null && reported >= study ? (reported - study) / 1000 : null;
}

function earliest(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.min(...times);
}
