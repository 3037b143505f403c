import type { ErrorCode } from '../../core/errors.ts';
import type { ReportLabeled, ReportReading, ReportReceived, Vector } from '../../core/radiology/events.ts';
import { LABELER } from '../../core/text/labeler-version.ts';
import { type ReadReport, readForEncoding } from '../../core/text/reading.ts';

/** Reads a report's parts. Whatever they hold, there is a reading: what cannot be read has REPORT_UNREADABLE. */
export function readEvent(
  received: ReportReceived,
  read: (parts: ReportReceived['parts']) => ReadReport = readForEncoding,
): ReadReport {
  try {
    return read(received.parts);
  } catch {
    return { reading: emptyReading('REPORT_UNREADABLE'), toEncode: [] };
  }
}

/** The event for `radiology.report.labeled`. */
export function labeledEvent(
  received: ReportReceived,
  receivedOffset: number,
  { reading, toEncode }: ReadReport,
  textVector: Vector | null,
): ReportLabeled {
  const late: ErrorCode | null = toEncode.length > 0 && textVector === null ? 'TEXT_VECTOR_FAILED' : null;
  return { received, receivedOffset, reading: { ...reading, textVector, problem: reading.problem ?? late } };
}

/** What goes on where the event with its reading is larger than a record may be: the report without it. */
export function withoutReading(event: ReportLabeled): ReportLabeled {
  return { ...event, reading: emptyReading('EVENT_TOO_LARGE') };
}

/** What goes on where even that is too large: nothing of the text, which is in the object store. */
export function withoutText(event: ReportLabeled): ReportLabeled {
  return { ...withoutReading(event), received: { ...event.received, parts: [] } };
}

function emptyReading(problem: ErrorCode): ReportReading {
  return {
    labeler: LABELER,
    text: '',
    sections: [],
    findings: [],
    citations: [],
    assertedText: '',
    textVector: null,
    problem,
    implied: [],
    contradictions: [],
  };
}
