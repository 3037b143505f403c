import type { CaseReport, ReportLabeled, ReportVersion } from './events.ts';
import type { CaseLimits } from './limits.ts';
import { compareIdentities } from './removals.ts';
import { compareByTime, compareVersions } from './report-order.ts';
import { compareValues } from './total-order.ts';

/** See `compareIdentities`. */
export function compareReportIdentity(a: CaseReport, b: CaseReport): number {
  return compareIdentities(a.latest.received.identity, b.latest.received.identity);
}

/** The report of one event. */
export function reportOf(event: ReportLabeled): CaseReport {
  const { receivedAt } = event.received;
  return { latest: event, other: null, firstReceivedAt: receivedAt, versions: [versionOf(event)] };
}

/** The versions that a case holds whole: the newest, and the newest of the other kind. */
export function heldVersions({ latest, other }: CaseReport): ReportLabeled[] {
  return other === null ? [latest] : [latest, other];
}

/**
 * Whether a case still holds this version of a report whole. A report that is read again comes from a state of its
 * case that may be past: what was erased, or followed by another version, must not come back.
 */
export function isHeld(reports: readonly CaseReport[], event: ReportLabeled): boolean {
  const given = reportOf(event);
  return reports.some(
    (report) =>
      compareReportIdentity(report, given) === 0 &&
      heldVersions(report).some(({ received }) => received.digest === event.received.digest),
  );
}

/** What is known of one report from two sides: its newest version, and all versions seen, the newest first. */
export function mergeReports(a: CaseReport, b: CaseReport, limits: CaseLimits): CaseReport {
  const all = [...heldVersions(a), ...heldVersions(b)];
  const newest = [true, false]
    .map((zoned) => greatest(all.filter(({ received }) => received.zoned === zoned)))
    .filter((one) => one !== null)
    .sort((one, other) => compareVersions(versionOf(other), versionOf(one)));
  const [latest = a.latest, other = null] = newest;
  return {
    latest,
    other,
    firstReceivedAt: Math.min(a.firstReceivedAt, b.firstReceivedAt),
    versions: mergeVersions(a.versions, b.versions).slice(0, limits.reportVersions),
  };
}

/** Of versions of one kind. */
function greatest(events: readonly ReportLabeled[]): ReportLabeled | null {
  return events.reduce<ReportLabeled | null>(
    (best, one) => (best === null || compareLabeled(one, best) > 0 ? one : best),
    null,
  );
}

/**
 * Of one version the reading of the newer generation of labelers counts; then one without problem or with a vector before
 * one without; then the later, as after a site changed its lexicon.
 */
function compareLabeled(a: ReportLabeled, b: ReportLabeled): number {
  return (
    compareByTime(versionOf(a), versionOf(b)) ||
    a.reading.labeler.generation - b.reading.labeler.generation ||
    Number(a.reading.problem === null) - Number(b.reading.problem === null) ||
    (a.reading.textVector?.generation ?? -1) - (b.reading.textVector?.generation ?? -1) ||
    a.readAt - b.readAt ||
    compareValues(a, b)
  );
}

function versionOf(event: ReportLabeled): ReportVersion {
  const { status, effectiveAt, zoned, digest } = event.received;
  return { status, effectiveAt, zoned, receivedOffset: event.receivedOffset, digest };
}

/** The same message received again is the same version, with the offset of its last receipt. */
function mergeVersions(a: readonly ReportVersion[], b: readonly ReportVersion[]): ReportVersion[] {
  const seen = new Set<string>();
  return [...a, ...b]
    .sort((one, other) => compareByTime(other, one))
    .filter(({ effectiveAt, status, digest }) => {
      const message = `${effectiveAt} ${status} ${digest}`;
      if (seen.has(message)) return false;
      seen.add(message);
      return true;
    });
}
