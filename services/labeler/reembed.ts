import { InterleaveError } from '../../core/errors.ts';
import type { ReportLabeled, Vector } from '../../core/radiology/events.ts';
import { reportVector } from '../../core/radiology/text-vectors.ts';
import { labelerVersion } from '../../core/text/labeler-version.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import { storedWork } from '../../models/stored-work.ts';
import type { LiveTraffic } from '../../platform/concurrency/live-traffic.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { withHeartbeat } from '../../platform/kafka/with-heartbeat.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Metrics } from '../../platform/process/metrics.ts';
import { MAX_REEMBED_POLL_MS, REEMBED_BATCH, REPORTS_RELABELED_PER_S } from './limits.ts';
import { labeledEvent, readEvent } from './read-event.ts';
import { checkAllLoaded } from './relabel.ts';
import type { ReportVectors } from './report-vectors.ts';
import { passOnAgain, reportsIn } from './stored-reports.ts';
import type { LoadedTextModel, TextModels } from './text-models.ts';

export interface ReembedParts {
  /** the generation that stored reports are to have */
  generation: number;
  lexicon: Lexicon;
  models: Pick<TextModels, 'loaded' | 'missing'>;
  vectors: Pick<ReportVectors, 'vectorsOf'>;
  live: Pick<LiveTraffic, 'givesWay'>;
  producer: Pick<EventProducer, 'send'>;
  /** where the events go */
  topic: string;
  log: Logger;
  metrics: Metrics;
  /** ends a poll after the batch that is under way; its records are not committed */
  stopping: AbortSignal;
  perSecond?: number;
  maxPollMs?: number;
}

/**
 * Handles states of cases: each version of a report that a case holds whole, and that asserts something, but has no vector of
 * this generation, gets one. Where this labeler read it, its reading stays and only the vectors that it lacks are added; what
 * another one read is read again, since the sentences that are embedded are of a reading. The event says that the report was
 * received when it was, and counts only where the case still holds it so. Slowly: reports that come in go first.
 *
 * A case that is met again has its vectors by then, so that it can be followed for ever: what arrived while the bundle could
 * not be loaded is made up for.
 */
export function reembed(parts: ReembedParts) {
  const { generation, lexicon, models, vectors, live, log, metrics, stopping } = parts;
  const { perSecond = REPORTS_RELABELED_PER_S, maxPollMs = MAX_REEMBED_POLL_MS } = parts;
  const total = metrics.counter('interleave_reports_reembedded_total', 'Stored reports embedded again', [
    'outcome',
  ]);
  const version = labelerVersion(lexicon);
  const work = storedWork<ReportLabeled>({
    live,
    stopping,
    batch: REEMBED_BATCH,
    maxPollMs,
    unfinished: 'TEXT_VECTOR_FAILED',
    remembered: 0,
    keyOf,
    work: embedAgain,
    restMs: (_, batch) => (batch.length * 1_000) / perSecond,
  });

  return (records: ConsumedRecord[], heartbeat: () => Promise<void>): Promise<void> =>
    withHeartbeat(heartbeat, () =>
      work(
        records
          .flatMap((record) => reportsIn(record, log))
          .filter((held) => isToBeEmbedded(held, generation, version)),
      ),
    );

  async function embedAgain(batch: readonly ReportLabeled[]): Promise<void> {
    const { loaded } = models;
    if (!loaded.some((one) => one.generation === generation))
      throw new InterleaveError('TEXT_VECTOR_FAILED', reasonOfMissing());
    if (batch.some(({ reading }) => reading.labeler.hash !== version.hash)) checkAllLoaded(models);
    const read = batch.map(({ received }) => readEvent(received, lexicon));
    const made = await vectors.vectorsOf(
      read.map(({ toEncode }) => toEncode),
      loaded,
    );
    for (const [i, held] of batch.entries()) {
      const [report, encoded] = [read[i], made[i]];
      if (report === undefined || encoded === undefined) continue;
      if (encoded.failed) throw new InterleaveError('TEXT_VECTOR_FAILED');
      if (held.reading.labeler.hash === version.hash) {
        const event = withVectors(held, encoded.vectors, loaded);
        total.inc({ outcome: await passOnAgain(parts, event, 'embedded') });
        continue;
      }
      const event = labeledEvent(held.received, held.receivedOffset, report, encoded, Date.now());
      total.inc({ outcome: event.reading.problem ?? (await passOnAgain(parts, event, 'embedded')) });
    }
  }

  function reasonOfMissing(): string | undefined {
    return models.missing.find((one) => one.generation === generation)?.reason;
  }
}

function keyOf({ received: { caseId, digest }, receivedOffset, readAt }: ReportLabeled): string {
  return `${caseId}/${digest}/${receivedOffset}/${readAt}`;
}

/**
 * Whether a stored report lacks a vector that it can be given: without its parts it cannot be read again, and what a newer
 * labeler read is for that one to embed.
 */
export function isToBeEmbedded(
  { received, reading }: ReportLabeled,
  generation: number,
  version: { generation: number; hash: string },
): boolean {
  return (
    reading.assertedText !== '' &&
    reportVector(reading, generation) === null &&
    received.parts.length > 0 &&
    (reading.labeler.hash === version.hash || reading.labeler.generation <= version.generation)
  );
}

/** The reading as it is, with the vectors of these models that it lacks. */
export function withVectors(
  held: ReportLabeled,
  vectors: readonly Vector[],
  models: readonly Pick<LoadedTextModel, 'generation'>[],
): ReportLabeled {
  const { reading } = held;
  const added = vectors.filter(({ generation }) => reportVector(reading, generation) === null);
  const textVectors = [...reading.textVectors, ...added.map((vector) => ({ sentence: null, vector }))];
  const isWhole = models.every(({ generation }) => reportVector({ textVectors }, generation) !== null);
  const problem = isWhole && reading.problem === 'TEXT_VECTOR_FAILED' ? null : reading.problem;
  return { ...held, reading: { ...reading, textVectors, problem } };
}
