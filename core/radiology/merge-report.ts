import type { CaseReport, ReportLabeled } from './events.ts';
import type { CaseLimits } from './limits.ts';
import { statusRank } from './report-status.ts';
import { compareText, compareValues } from './total-order.ts';

type Version = CaseReport['versions'][number];

/** Two reports are one when the same facility gave them the same filler number (OBR-3) or document number (TXA-12). */
export function compareReportIdentity(a: CaseReport, b: CaseReport): number {
  const one = a.latest.received.identity;
  const other = b.latest.received.identity;
  return compareText(one.facility, other.facility) || compareText(one.fillerNumber, other.fillerNumber);
}

/** The report of one event. */
export function reportOf(event: ReportLabeled): CaseReport {
  const { receivedAt } = event.received;
  return { latest: event, firstReceivedAt: receivedAt, versions: [versionOf(event)] };
}

/**
 * Whether a case still holds this version of a report as its newest. A report that is read again comes from a state of its
 * case that may be past: what was erased, or followed by another version, must not come back.
 */
export function isHeld(reports: readonly CaseReport[], event: ReportLabeled): boolean {
  const given = reportOf(event);
  return reports.some(
    (report) =>
      compareReportIdentity(report, given) === 0 && report.latest.received.digest === event.received.digest,
  );
}

/** What is known of one report from two sides: its newest version, and all versions seen, the newest first. */
export function mergeReports(a: CaseReport, b: CaseReport, limits: CaseLimits): CaseReport {
  return {
    latest: compareLabeled(a.latest, b.latest) >= 0 ? a.latest : b.latest,
    firstReceivedAt: Math.min(a.firstReceivedAt, b.firstReceivedAt),
    versions: mergeVersions(a.versions, b.versions).slice(0, limits.reportVersions),
  };
}

/**
 * The order of the versions of a report: its time (OBR-22), then the later step of a report's life, then the order of
 * receipt, then the digest. A final report that goes back to preliminary later is preliminary.
 */
function compareVersions(a: Version, b: Version): number {
  return (
    a.effectiveAt - b.effectiveAt ||
    statusRank(a.status) - statusRank(b.status) ||
    a.receivedOffset - b.receivedOffset ||
    compareText(a.digest, b.digest)
  );
}

/**
 * Of one version the reading of the newer generation of labelers counts; then one without problem or with a vector before
 * one without; then the later, as after a site changed its lexicon.
 */
function compareLabeled(a: ReportLabeled, b: ReportLabeled): number {
  return (
    compareVersions(versionOf(a), versionOf(b)) ||
    a.reading.labeler.generation - b.reading.labeler.generation ||
    Number(a.reading.problem === null) - Number(b.reading.problem === null) ||
    (a.reading.textVector?.generation ?? -1) - (b.reading.textVector?.generation ?? -1) ||
    a.readAt - b.readAt ||
    compareValues(a, b)
  );
}

function versionOf(event: ReportLabeled): Version {
  const { status, effectiveAt, digest } = event.received;
  return { status, effectiveAt, receivedOffset: event.receivedOffset, digest };
}

/** The same message received again is the same version, with the offset of its last receipt. */
function mergeVersions(a: readonly Version[], b: readonly Version[]): Version[] {
  const seen = new Set<string>();
  return [...a, ...b]
    .sort((one, other) => compareVersions(other, one))
    .filter(({ effectiveAt, status, digest }) => {
      const message = `${effectiveAt} ${status} ${digest}`;
      if (seen.has(message)) return false;
      seen.add(message);
      return true;
    });
}
