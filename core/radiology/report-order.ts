import type { VersionStamp } from './events.ts';
import { MAX_ZONE_DOUBT_MS } from './limits.ts';
import { statusRank } from './report-status.ts';
import { compareText } from './total-order.ts';

/**
 * The order of the versions of a report; docs/result-status.md says the same in words. A stamp without its own offset from
 * UTC may be wrong by as many hours as time zones differ (HL7 v2.5.1 2.A.22 lets the zone be left out):
 *
 * - Both have a zone, or both have none: their times order them (`compareByTime`).
 * - One has none, and they are further apart than any zone: their times order them, too.
 * - One has none, and they are not: the later step of a report's life is the later version, since a final report is sent
 *   after its preliminary one; of one step the times order them.
 *
 * Between versions with and without a zone this is no order (it has circles). So a case keeps the newest of each kind, of
 * which each is the greatest of a total order, and compares only these two: what is shown does not depend on the order of
 * arrival.
 */
export function compareVersions(a: VersionStamp, b: VersionStamp): number {
  const isInDoubt = a.zoned !== b.zoned && Math.abs(a.effectiveAt - b.effectiveAt) <= MAX_ZONE_DOUBT_MS;
  return (isInDoubt ? statusRank(a.status) - statusRank(b.status) : 0) || compareByTime(a, b);
}

/**
 * A total order: the time (OBR-22), then the later step of a report's life, then the order of receipt, then the digest. A
 * final report that goes back to preliminary later is preliminary.
 */
export function compareByTime(a: VersionStamp, b: VersionStamp): number {
  return (
    a.effectiveAt - b.effectiveAt ||
    statusRank(a.status) - statusRank(b.status) ||
    a.receivedOffset - b.receivedOffset ||
    compareText(a.digest, b.digest) ||
    Number(a.zoned) - Number(b.zoned)
  );
}
