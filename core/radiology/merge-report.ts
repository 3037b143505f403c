import type { CaseReport, ReportLabeled, ReportVersion, VersionStamp } from './events.ts';
import type { CaseLimits } from './limits.ts';
import { compareIdentities } from './removals.ts';
import { compareByTime, compareVersions } from './report-order.ts';
import { mergeTextVectors, mergeTopics } from './text-vectors.ts';
import { compareValues, greater } from './total-order.ts';
import { versionFindings } from './version-findings.ts';

/** See `compareIdentities`. */
export function compareReportIdentity(a: CaseReport, b: CaseReport): number {
  return compareIdentities(a.latest.received.identity, b.latest.received.identity);
}

/** The report of one event. */
export function reportOf(event: ReportLabeled): CaseReport {
  const { receivedAt } = event.received;
  return {
    latest: event,
    other: null,
    firstReceivedAt: receivedAt,
    versions: [{ ...stampOf(event), findings: versionFindings(event) }],
  };
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
    .map((zoned) =>
      greatest(
        all.filter(({ received }) => received.zoned === zoned),
        limits,
      ),
    )
    .filter((one) => one !== null)
    .sort((one, other) => compareVersions(stampOf(other), stampOf(one)));
  const [latest = a.latest, other = null] = newest;
  return {
    latest,
    other,
    firstReceivedAt: Math.min(a.firstReceivedAt, b.firstReceivedAt),
    versions: mergeVersions(a.versions, b.versions).slice(0, limits.reportVersions),
  };
}

/** Of versions of one kind. */
function greatest(events: readonly ReportLabeled[], limits: CaseLimits): ReportLabeled | null {
  return events.reduce<ReportLabeled | null>((best, one) => {
    if (best === null) return one;
    const order = compareLabeled(one, best);
    if (order === 0) return withSets(best, one, limits);
    return order > 0 ? one : best;
  }, null);
}

/** Two events of one reading: the vectors and topics of both. */
function withSets(a: ReportLabeled, b: ReportLabeled, limits: CaseLimits): ReportLabeled {
  const textVectors = mergeTextVectors(a.reading.textVectors, b.reading.textVectors, limits);
  const topics = mergeTopics(a.reading.topics, b.reading.topics, limits);
  return { ...a, reading: { ...a.reading, textVectors, topics } };
}

/**
 * Of one version the reading of the newer generation of labelers counts; then one without problem before one with; then
 * the later, as after a site changed its lexicon. Vectors and topics are those of the reading that counts, since they are
 * made of what it asserts; only of one and the same reading they are put together. Which generations of vectors a reading
 * has does not decide: a bundle that comes or goes must neither hold up a new reading nor push out vectors of another.
 */
function compareLabeled(a: ReportLabeled, b: ReportLabeled): number {
  return (
    compareByTime(stampOf(a), stampOf(b)) ||
    a.reading.labeler.generation - b.reading.labeler.generation ||
    Number(a.reading.problem === null) - Number(b.reading.problem === null) ||
    a.readAt - b.readAt ||
    compareValues(bare(a), bare(b))
  );
}

function bare(event: ReportLabeled): ReportLabeled {
  return { ...event, reading: { ...event.reading, textVectors: [], topics: [] } };
}

function stampOf(event: ReportLabeled): VersionStamp {
  const { status, effectiveAt, zoned, digest } = event.received;
  return { status, effectiveAt, zoned, receivedOffset: event.receivedOffset, digest };
}

/**
 * The same message received again is the same version, with the offset of its last receipt, and the findings of the newest
 * labeler.
 */
function mergeVersions(a: readonly ReportVersion[], b: readonly ReportVersion[]): ReportVersion[] {
  const byMessage = new Map<string, ReportVersion>();
  for (const version of [...a, ...b].sort((one, other) => compareByTime(other, one))) {
    const message = `${version.effectiveAt} ${version.status} ${version.digest}`;
    const known = byMessage.get(message);
    byMessage.set(
      message,
      known === undefined ? version : { ...known, findings: greater(known.findings, version.findings) },
    );
  }
  return [...byMessage.values()];
}
