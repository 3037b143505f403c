import type { ReportStatus } from '../radiology/events.ts';
import { reportStatus } from '../radiology/report-status.ts';
import { isDocument } from './embedded-document.ts';
import { type Message, type Segment, textIn } from './message.ts';
import { type ObservationStatus, observationStatus } from './observation-status.ts';
import { type OrderStatus, orderStatus } from './order-status.ts';
import type { Group } from './report-groups.ts';
import { hasContent } from './report-lines.ts';
import { isText } from './report-text.ts';

/** A status as it was sent, and what it means. */
export interface StatedStatus {
  written: string;
  status: ReportStatus;
}

/** OBR-25, else TXA-17, else OBX-11: of a line that is read, where there is one. */
export function statedStatus(message: Message, group: Group, ofDocument: string): StatedStatus {
  const order = statedOrder(message, group);
  if (order !== null) return order;
  if (ofDocument !== '') return { written: ofDocument, status: reportStatus(ofDocument) };
  const { isShared, lines, observations } = group;
  const looked = isShared
    ? observations
    : (lines.some(hasContent) ? lines : observations).filter(carriesText);
  return statusAmong(message, looked) ?? { written: '', status: reportStatus('') };
}

/** Nothing of the group is text, nothing is withdrawn, and its OBR says that there is no result. */
export function hasNoResult(message: Message, group: Group): boolean {
  if (group.unread.withdrawn > 0 || group.lines.some(hasContent)) return false;
  return statedOrder(message, group)?.result === 'NO_RESULT';
}

/**
 * Whether the text of the message is that of this order, too: it has no line of its own, and says itself that it has a
 * result. In an MDM the document is the result of every order that does not say otherwise. `isRead` holds for documents
 * whose text was asked for.
 */
export function needsText(message: Message, group: Group, isRead: (document: Segment) => boolean): boolean {
  const { withdrawn, withoutResult } = group.unread;
  if (withdrawn + withoutResult > 0) return false;
  if (group.lines.some((line) => (isDocumentLine(line) ? isRead(line) : hasContent(line)))) return false;
  const order = statedOrder(message, group);
  if (order !== null) return order.result === 'RESULT';
  if (message.segments.some(({ name }) => name === 'TXA')) return true;
  return statusAmong(message, group.observations)?.use === 'READ';
}

/** OBR-25; of several OBR that are one report that of one with a result, else the first. Null where none is given. */
function statedOrder(message: Message, { orders }: Group): (StatedStatus & OrderStatus) | null {
  const stated = orders
    .map((order) => textIn(message, order, 'OBR-25').trim())
    .filter((written) => written !== '')
    .map((written) => ({ ...orderStatus(written), written }));
  return stated.find(({ result }) => result === 'RESULT') ?? stated[0] ?? null;
}

/** The first OBX-11 that says something. */
function statusAmong(message: Message, lines: readonly Segment[]): (StatedStatus & ObservationStatus) | null {
  for (const line of lines) {
    const written = line.name === 'OBX' ? textIn(message, line, 'OBX-11').trim() : '';
    if (written !== '') return { ...observationStatus(written), written };
  }
  return null;
}

function carriesText(line: Segment): boolean {
  return line.name === 'OBX' && (isText(line) || isDocument(line));
}

function isDocumentLine(line: Segment): boolean {
  return line.name === 'OBX' && isDocument(line);
}
