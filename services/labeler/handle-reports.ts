import type { ReportLabeled, ReportReceived } from '../../core/radiology/events.ts';
import { isMostlyUnread } from '../../core/radiology/unread-language.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import type { ReadReport } from '../../core/text/reading.ts';
import type { LiveTraffic } from '../../platform/concurrency/live-traffic.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { Relay } from '../../platform/kafka/relay.ts';
import { withHeartbeat } from '../../platform/kafka/with-heartbeat.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Metrics } from '../../platform/process/metrics.ts';
import { events } from '../../schemas/events.ts';
import { labeledEvent, readEvent, withoutReading, withoutText } from './read-event.ts';
import { NOT_ENCODED, type ReportVectors } from './report-vectors.ts';
import type { TextModels } from './text-models.ts';

interface Parts {
  lexicon?: Lexicon;
  models: Pick<TextModels, 'loaded' | 'missing'>;
  vectors: Pick<ReportVectors, 'vectorsOf'>;
  /** is told while reports that come in are at work */
  live?: Pick<LiveTraffic, 'during'>;
  producer: EventProducer;
  /** where the events go */
  topic: string;
  log: Logger;
  metrics: Metrics;
}

interface Read {
  record: ConsumedRecord;
  received: ReportReceived;
  report: ReadReport;
}

type Handle = (records: ConsumedRecord[], heartbeat: () => Promise<void>) => Promise<void>;

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

/**
 * Handles the reports of one poll: every event that can be read goes on, in order, with its reading, and with a problem
 * where it has one. A record that is no event becomes a dead letter.
 */
export function handleReports(parts: Parts): Handle {
  const { lexicon, models, vectors, live, producer, topic, log, metrics } = parts;
  const outcomes = metrics.counter('interleave_reports_total', 'Reports passed on', ['outcome']);
  const findings = metrics.counter('interleave_findings_total', 'Findings read', ['assertion']);
  const without = metrics.counter(
    'interleave_text_vectors_missing_total',
    'Reports passed on without the vector of a live bundle that is not loaded',
    ['generation'],
  );
  const seconds = metrics.histogram('interleave_labeler_poll_seconds', 'Time of one poll', SECONDS, ['step']);

  const relay = new Relay({
    service: 'labeler',
    input: events.reportReceived,
    output: events.reportLabeled,
    topic,
    shorter: [withoutReading, withoutText],
    producer,
    log,
  });

  return (records, heartbeat) => {
    const work = () => handle(records, heartbeat);
    return withHeartbeat(heartbeat, () => live?.during(work) ?? work());
  };

  async function handle(records: ConsumedRecord[], heartbeat: () => Promise<void>): Promise<void> {
    // To the end of the poll, whatever is promoted meanwhile.
    const { loaded, missing } = models;
    const stopReading = seconds.startTimer({ step: 'read' });
    const reports: Read[] = [];
    for (const record of records) {
      const received = await relay.read(record);
      if (received !== null) reports.push({ record, received, report: readEvent(received, lexicon) });
      await heartbeat();
    }
    stopReading();
    const stopEncoding = seconds.startTimer({ step: 'encode' });
    const encoded = await vectors.vectorsOf(
      reports.map(({ report }) => report.toEncode),
      loaded,
    );
    stopEncoding();
    await Promise.all(
      reports.map(({ record, received, report }, index) => {
        const event = labeledEvent(
          received,
          record.offset,
          report,
          encoded[index] ?? NOT_ENCODED,
          Date.now(),
        );
        count(event);
        if (report.toEncode.length > 0)
          for (const { generation } of missing) without.inc({ generation: String(generation) });
        return relay.passOn(record, event);
      }),
    );
  }

  function count({ received, reading }: ReportLabeled): void {
    const problem = reading.problem ?? (isMostlyUnread(reading) ? 'LANGUAGE_NOT_READ' : null);
    outcomes.inc({ outcome: problem ?? 'read' });
    for (const { assertion } of reading.findings) findings.inc({ assertion });
    if (problem !== null) log.warn({ caseId: received.caseId, code: problem }, 'report.problem');
  }
}
