import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../core/errors.ts';
import type { ReportLabeled } from '../../core/radiology/events.ts';
import { labelerVersion } from '../../core/text/labeler-version.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { withHeartbeat } from '../../platform/kafka/with-heartbeat.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Metrics } from '../../platform/process/metrics.ts';
import { REPORTS_RELABELED_PER_S } from './limits.ts';
import { labeledEvent, readEvent } from './read-event.ts';
import { NOT_ENCODED, type ReportVectors } from './report-vectors.ts';
import { passOnAgain, reportsIn } from './stored-reports.ts';
import type { TextModels } from './text-models.ts';

interface Parts {
  lexicon: Lexicon;
  models: Pick<TextModels, 'loaded' | 'missing'>;
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
  const { lexicon, models, vectors, startedAt, log, metrics } = parts;
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
      const past = records.flatMap((record) => reportsIn(record, log).filter(isPast));
      if (past.length > 0) checkAllLoaded(models);
      const reports = past.map(({ received }) => readEvent(received, lexicon));
      const encoded = await vectors.vectorsOf(
        reports.map(({ toEncode }) => toEncode),
        models.loaded,
      );
      for (const [index, { received, receivedOffset }] of past.entries()) {
        const report = reports[index];
        if (report === undefined) continue;
        const made = encoded[index] ?? NOT_ENCODED;
        const event = labeledEvent(received, receivedOffset, report, made, Date.now());
        const outcome = event.reading.problem ?? (await passOnAgain(parts, event, 'read'));
        total.inc({ outcome });
      }
      await sleep((past.length * 1_000) / perSecond);
    });
}

/**
 * A new reading replaces the vectors of the one before: without those of every live bundle, search would lose the report.
 * @throws InterleaveError TEXT_VECTOR_FAILED, which passes when the bundle is there, or retired
 */
export function checkAllLoaded({ missing: [first] }: Pick<TextModels, 'missing'>): void {
  if (first !== undefined) throw new InterleaveError('TEXT_VECTOR_FAILED', first.reason);
}
