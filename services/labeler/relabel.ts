import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../core/errors.ts';
import type { Case, ReportLabeled } from '../../core/radiology/events.ts';
import { heldVersions } from '../../core/radiology/merge-report.ts';
import { labelerVersion } from '../../core/text/labeler-version.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { withHeartbeat } from '../../platform/kafka/with-heartbeat.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Metrics } from '../../platform/process/metrics.ts';
import { events } from '../../schemas/events.ts';
import { REPORTS_RELABELED_PER_S } from './limits.ts';
import { labeledEvent, readEvent } from './read-event.ts';
import type { ReportVectors } from './report-vectors.ts';

interface Parts {
  lexicon: Lexicon;
  vectors: Pick<ReportVectors, 'vectorsOf'>;
  producer: Pick<EventProducer, 'send'>;
  /** where the events go */
  topic: string;
  /** what was read since, ms since 1970, was read by a labeler that runs beside this one: it is left alone */
  startedAt: number;
  log: Logger;
  metrics: Metrics;
  perSecond?: number;
}

/**
 * Handles states of cases: each version of a report that a case holds whole, and that another labeler read before this one
 * started, is read again, so that what a site adds to its lexicon is found in old reports too. Slowly: reports that come in
 * go first.
 */
export function relabel(parts: Parts) {
  const { lexicon, vectors, producer, topic, startedAt, log, metrics } = parts;
  const { perSecond = REPORTS_RELABELED_PER_S } = parts;
  const total = metrics.counter(
    'interleave_reports_relabeled_total',
    'Reports that were read again by a new labeler',
    ['outcome'],
  );
  const version = labelerVersion(lexicon);

  const isPast = ({ received, reading: { labeler }, readAt }: ReportLabeled): boolean =>
    labeler.hash !== version.hash &&
    labeler.generation <= version.generation &&
    readAt < startedAt &&
    received.parts.length > 0;

  return (records: ConsumedRecord[], heartbeat: () => Promise<void>): Promise<void> =>
    withHeartbeat(heartbeat, async () => {
      const past = records.flatMap((record) => reportsIn(record).filter(isPast));
      const reports = past.map(({ received }) => readEvent(received, lexicon));
      const encoded = await vectors.vectorsOf(reports.map(({ toEncode }) => toEncode));
      for (const [index, { received, receivedOffset }] of past.entries()) {
        const report = reports[index];
        if (report === undefined) continue;
        const event = labeledEvent(received, receivedOffset, report, encoded[index] ?? null, Date.now());
        const outcome = event.reading.problem ?? (await passOn({ ...event, again: true }));
        total.inc({ outcome });
      }
      await sleep((past.length * 1_000) / perSecond);
    });

  /** What is too large for a record keeps the reading that it has. */
  async function passOn(event: ReportLabeled): Promise<'read' | 'EVENT_TOO_LARGE'> {
    const value = events.reportLabeled.encode(event);
    try {
      await producer.send(topic, { key: event.received.caseId, value });
      return 'read';
    } catch (error) {
      if (codeOf(error) !== 'EVENT_TOO_LARGE') throw error;
      return 'EVENT_TOO_LARGE';
    }
  }

  /** None of a case that is erased; one that cannot be read is the joiner's to tell. */
  function reportsIn({ value, partition, offset }: ConsumedRecord): ReportLabeled[] {
    if (value === null) return [];
    let state: Case;
    try {
      state = events.case.decode(value);
    } catch (error) {
      if (codeOf(error) === 'SCHEMA_UNKNOWN') throw error;
      log.warn({ code: codeOf(error), partition, offset }, 'relabel.case.unreadable');
      return [];
    }
    return state.reports.flatMap(heldVersions);
  }
}
