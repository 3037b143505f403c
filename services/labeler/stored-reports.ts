import type { ReportLabeled } from '../../core/radiology/events.ts';
import { heldVersions } from '../../core/radiology/merge-report.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { sendIfItFits } from '../../platform/kafka/send-if-it-fits.ts';
import type { Logger } from '../../platform/process/log.ts';
import { events } from '../../schemas/events.ts';
import { storedCase } from '../../schemas/stored-case.ts';

/**
 * The versions of reports that a state of a case holds whole. None of a case that is erased; one that cannot be read is the
 * joiner's to tell.
 */
export function reportsIn(record: ConsumedRecord, log: Logger): ReportLabeled[] {
  return storedCase(record, log)?.reports.flatMap(heldVersions) ?? [];
}

/** Passes a report on that was read or embedded again. What is too large for a record keeps the reading that it has. */
export async function passOnAgain<Outcome extends string>(
  { producer, topic }: { producer: Pick<EventProducer, 'send'>; topic: string },
  event: ReportLabeled,
  done: Outcome,
): Promise<Outcome | 'EVENT_TOO_LARGE'> {
  const value = events.reportLabeled.encode({ ...event, again: true });
  const fits = await sendIfItFits(producer, topic, { key: event.received.caseId, value });
  return fits ? done : 'EVENT_TOO_LARGE';
}
