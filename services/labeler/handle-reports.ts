import { codeOf } from '../../core/errors.ts';
import type { ReportLabeled, ReportReceived } from '../../core/radiology/events.ts';
import type { ReadReport } from '../../core/text/reading.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { deadLetterRecord } from '../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { Logger } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { events } from '../../schemas/events.ts';
import { HEARTBEAT_MS } from './limits.ts';
import { labeledEvent, readEvent, withoutReading, withoutText } from './read-event.ts';
import type { ReportVectors } from './report-vectors.ts';

interface Parts {
  vectors: Pick<ReportVectors, 'vectorsOf'>;
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
export function handleReports({ vectors, producer, topic, log, metrics }: Parts): Handle {
  const outcomes = metrics.counter('interleave_reports_total', 'Reports passed on', ['outcome']);
  const findings = metrics.counter('interleave_findings_total', 'Findings read', ['assertion']);
  const seconds = metrics.histogram('interleave_labeler_poll_seconds', 'Time of one poll', SECONDS, ['step']);

  return async (records, heartbeat) => {
    const beat = setInterval(() => heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const stopReading = seconds.startTimer({ step: 'read' });
      const reports: Read[] = [];
      for (const record of records) {
        const received = await readRecord(record);
        if (received !== null) reports.push({ record, received, report: readEvent(received) });
        await heartbeat();
      }
      stopReading();
      const stopEncoding = seconds.startTimer({ step: 'encode' });
      const encoded = await vectors.vectorsOf(reports.map(({ report }) => report.toEncode));
      stopEncoding();
      await Promise.all(
        reports.map(({ record, received, report }, index) => {
          const event = labeledEvent(received, record.offset, report, encoded[index] ?? null);
          count(event);
          return passOn(record, event);
        }),
      );
    } finally {
      clearInterval(beat);
    }
  };

  async function readRecord(record: ConsumedRecord): Promise<ReportReceived | null> {
    try {
      return events.reportReceived.decode(record.value ?? Buffer.alloc(0));
    } catch (error) {
      const { partition, offset } = record;
      log.error({ code: codeOf(error), partition, offset }, 'event.unreadable');
      await deadLetterRecord(producer, 'labeler', 'EVENT_UNREADABLE', record);
      return null;
    }
  }

  /** As much of it as a record holds; where nothing helps, the record it came from becomes a dead letter. */
  async function passOn(record: ConsumedRecord, event: ReportLabeled): Promise<void> {
    const { key, partition, offset } = record;
    for (const shorten of [(whole: ReportLabeled) => whole, withoutReading, withoutText]) {
      try {
        return await producer.send(topic, { key, value: events.reportLabeled.encode(shorten(event)) });
      } catch (error) {
        if (codeOf(error) !== 'EVENT_TOO_LARGE') throw error;
        log.error({ code: 'EVENT_TOO_LARGE', partition, offset }, 'event.too-large');
      }
    }
    await deadLetterRecord(producer, 'labeler', 'EVENT_TOO_LARGE', record);
  }

  function count({ received, reading }: ReportLabeled): void {
    outcomes.inc({ outcome: reading.problem ?? 'read' });
    for (const { assertion } of reading.findings) findings.inc({ assertion });
    if (reading.problem !== null)
      log.warn({ caseId: received.caseId, code: reading.problem }, 'report.problem');
  }
}
