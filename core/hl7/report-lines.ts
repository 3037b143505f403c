import { commentUse } from './comment.ts';
import { isDocument } from './embedded-document.ts';
import { type Message, rawField, type Segment } from './message.ts';
import { lineUse } from './observation-status.ts';
import { isText } from './report-text.ts';

/** How many OBX with text or a document are not read, and why: see `LineUse`. */
export interface UnreadLines {
  withdrawn: number;
  withoutResult: number;
}

/** What a report is read from. */
export interface ReportLines {
  /** OBX and NTE in their order, without those that are not read */
  lines: Segment[];
  unread: UnreadLines;
}

/**
 * The lines of the segments of one order or document, in their order. An NTE belongs to the OBR, TXA or OBX that it stands
 * behind (HL7 v2.5.1 7.3.1, 9.6), and goes with an OBX that is not read. Behind anything else (PID, PV1, ORC, SPM) it is no
 * text of the report.
 */
export function reportLines(message: Message, segments: readonly Segment[]): ReportLines {
  const lines: Segment[] = [];
  const unread = { withdrawn: 0, withoutResult: 0 };
  let isOwnerRead = false;
  for (const segment of segments) {
    if (segment.name === 'OBX') {
      const use = lineUse(message, segment);
      isOwnerRead = use === 'READ';
      if (isOwnerRead) lines.push(segment);
      else if (isText(segment) || isDocument(segment))
        unread[use === 'WITHDRAWN' ? 'withdrawn' : 'withoutResult'] += 1;
    } else if (segment.name === 'NTE') {
      if (isOwnerRead && commentUse(message, segment).read) lines.push(segment);
    } else if (segment.name === 'OBR' || segment.name === 'TXA') isOwnerRead = true;
    else if (OTHER_OWNERS.has(segment.name)) isOwnerRead = false;
  }
  return { lines, unread };
}

/** Whether a line holds text or a document. */
export function hasContent(line: Segment): boolean {
  if (line.name === 'NTE') return !isNothing(rawField(line, 3));
  return (isText(line) || isDocument(line)) && !isNothing(rawField(line, 5));
}

function isNothing(raw: string): boolean {
  const value = raw.trim();
  return value === '' || value === '""';
}

/** Segments that have comments of their own. Others (timing, participation, Z segments) may stand before an NTE of an OBX. */
const OTHER_OWNERS = new Set([
  'BLG',
  'CTI',
  'DSC',
  'EVN',
  'FT1',
  'NK1',
  'ORC',
  'PD1',
  'PID',
  'PV1',
  'PV2',
  'SAC',
  'SPM',
]);
