import { codeOf } from '../../core/errors.ts';
import type { Case, ReportLabeled } from '../../core/radiology/events.ts';
import { heldVersions } from '../../core/radiology/merge-report.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { Logger } from '../../platform/process/log.ts';
import { events } from '../../schemas/events.ts';

/**
 * The versions of reports that a state of a case holds whole. None of a case that is erased; one that cannot be read is the
 * joiner's to tell.
 */
export function reportsIn({ value, partition, offset }: ConsumedRecord, log: Logger): ReportLabeled[] {
  if (value === null) return [];
  let state: Case;
  try {
    state = events.case.decode(value);
  } catch (error) {
    if (codeOf(error) === 'SCHEMA_UNKNOWN') throw error;
    log.warn({ code: codeOf(error), partition, offset }, 'stored.case.unreadable');
    return [];
  }
  return state.reports.flatMap(heldVersions);
}

/** Passes a report on that was read or embedded again. What is too large for a record keeps the reading that it has. */
export async function passOnAgain<Outcome extends string>(
  { producer, topic }: { producer: Pick<EventProducer, 'send'>; topic: string },
  event: ReportLabeled,
  done: Outcome,
): Promise<Outcome | 'EVENT_TOO_LARGE'> {
  const value = events.reportLabeled.encode({ ...event, again: true });
  try {
    await producer.send(topic, { key: event.received.caseId, value });
    return done;
  } catch (error) {
    if (codeOf(error) !== 'EVENT_TOO_LARGE') throw error;
    return 'EVENT_TOO_LARGE';
  }
}
