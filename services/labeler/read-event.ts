import type { ErrorCode } from '../../core/errors.ts';
import type { ReportLabeled, ReportReading, ReportReceived } from '../../core/radiology/events.ts';
import { type LabelerVersion, labelerVersion } from '../../core/text/labeler-version.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../../core/text/lexicon.ts';
import { type ReadReport, readForEncoding } from '../../core/text/reading.ts';
import type { EncodedReport } from './report-vectors.ts';

/** Reads a report's parts. Whatever they hold, there is a reading: what cannot be read has REPORT_UNREADABLE. */
export function readEvent(
  received: ReportReceived,
  lexicon: Lexicon = DEFAULT_LEXICON,
  read: typeof readForEncoding = readForEncoding,
): ReadReport {
  try {
    return read(received.parts, lexicon);
  } catch {
    return { reading: emptyReading('REPORT_UNREADABLE', labelerVersion(lexicon)), toEncode: [] };
  }
}

/** The event for `radiology.report.labeled`, with the vectors of the models that were asked for some. */
export function labeledEvent(
  received: ReportReceived,
  receivedOffset: number,
  { reading, toEncode }: ReadReport,
  { vectors, failed }: EncodedReport,
  readAt: number,
): ReportLabeled {
  const isLate = toEncode.length > 0 && (failed || vectors.length === 0);
  const late: ErrorCode | null = isLate ? 'TEXT_VECTOR_FAILED' : null;
  const textVectors = vectors.map((vector) => ({ sentence: null, vector }));
  return {
    received,
    receivedOffset,
    reading: { ...reading, textVectors, topics: [], problem: reading.problem ?? late },
    readAt,
    again: false,
  };
}

/** What goes on where the event with its reading is larger than a record may be: the report without it. */
export function withoutReading(event: ReportLabeled): ReportLabeled {
  return { ...event, reading: emptyReading('EVENT_TOO_LARGE', event.reading.labeler) };
}

/** What goes on where even that is too large: nothing of the text, which is in the object store. */
export function withoutText(event: ReportLabeled): ReportLabeled {
  return { ...withoutReading(event), received: { ...event.received, parts: [] } };
}

function emptyReading(problem: ErrorCode, labeler: LabelerVersion): ReportReading {
  return {
    labeler,
    text: '',
    sections: [],
    findings: [],
    citations: [],
    assertedText: '',
    textVectors: [],
    topics: [],
    problem,
    implied: [],
    contradictions: [],
    unread: [],
  };
}
