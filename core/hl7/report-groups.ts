import { InterleaveError } from '../errors.ts';
import { MAX_REPORTS_PER_MESSAGE } from './limits.ts';
import type { Message, Segment } from './message.ts';
import { once } from './once.ts';
import { hasContent, type ReportLines, reportLines } from './report-lines.ts';

/** What belongs to one OBR: itself, its ORC, and what follows until the next. */
export interface Group extends ReportLines {
  pid: Segment | undefined;
  /** PV1: the visit of that patient */
  visit: Segment | undefined;
  segments: Segment[];
  /** the OBR; several where OBR groups of one report are put together, none in an MDM that has none */
  orders: Segment[];
  /** every OBX, also those that are not read */
  observations: Segment[];
  /** whether the lines are those of the whole message */
  isShared: boolean;
}

/** The OBR groups of a message and the segments that hold for all of them. Throws `HL7_UNREADABLE`. */
export function groupsOf(message: Message): { groups: Group[]; shared: Segment[] } {
  const groups: Gathered[] = [];
  const shared: Segment[] = [];
  let current: Gathered | undefined;
  let order: Segment | undefined;
  let pid: Segment | undefined;
  let visit: Segment | undefined;
  for (const segment of message.segments) {
    if (segment.name === 'PID') {
      pid = segment;
      visit = undefined;
      current = undefined;
    } else if (segment.name === 'ORC') {
      order = segment;
      current?.inOrder.push(segment);
    } else if (segment.name === 'OBR') {
      const segments = order === undefined ? [segment] : [segment, order];
      current = { pid, visit, segments, inOrder: [segment] };
      order = undefined;
      groups.push(current);
      if (groups.length > MAX_REPORTS_PER_MESSAGE)
        throw new InterleaveError(
          'HL7_UNREADABLE',
          `The message has more than ${MAX_REPORTS_PER_MESSAGE} OBR groups.`,
        );
    } else if (current === undefined || segment.name === 'TXA') {
      if (segment.name === 'PV1') visit = segment;
      shared.push(segment);
      current?.inOrder.push(segment);
    } else {
      current.segments.push(segment);
      current.inOrder.push(segment);
    }
  }
  return { groups: groups.map((group) => groupOf(message, group)), shared };
}

/** The whole message as one group: an MDM without OBR. */
export function wholeMessage(message: Message): Group {
  const { segments } = message;
  const pid = segments.find(({ name }) => name === 'PID');
  const visit = segments.find(({ name }) => name === 'PV1');
  return groupOf(message, { pid, visit, segments, inOrder: segments });
}

/** Puts another OBR group of the same report behind this one. */
export function append(group: Group, more: Group): void {
  for (const order of more.orders) group.orders.push(order);
  for (const observation of more.observations) group.observations.push(observation);
  for (const line of more.lines) group.lines.push(line);
  group.unread = sum([group.unread, more.unread]);
}

/**
 * Groups for which `needsText` holds get the lines of all groups of their patient, one list: never those of another one in
 * the message. `patientOf` tells patients apart. To be called when groups of one report are one group: what it says in
 * another place is text of its own.
 */
export function shareText(
  groups: readonly Group[],
  needsText: (group: Group) => boolean,
  patientOf: (group: Group) => number,
): void {
  const ofPatient = once((patient: number): ReportLines => {
    const own = groups.filter((group) => patientOf(group) === patient);
    return { lines: own.flatMap(({ lines }) => lines), unread: sum(own.map(({ unread }) => unread)) };
  });
  const shared = groups
    .filter(needsText)
    .map((group) => ({ group, text: ofPatient(patientOf(group)) }))
    .filter(({ text }) => text.lines.some(hasContent));
  for (const { group, text } of shared) Object.assign(group, text, { isShared: true });
}

/** `inOrder`: as they stand in the message, which `segments` are not: the ORC stands before its OBR. */
interface Gathered {
  pid: Segment | undefined;
  visit: Segment | undefined;
  segments: Segment[];
  inOrder: Segment[];
}

function groupOf(message: Message, { pid, visit, segments, inOrder }: Gathered): Group {
  return {
    pid,
    visit,
    segments,
    orders: inOrder.filter(({ name }) => name === 'OBR'),
    observations: inOrder.filter(({ name }) => name === 'OBX'),
    ...reportLines(message, inOrder),
    isShared: false,
  };
}

function sum(all: readonly ReportLines['unread'][]): ReportLines['unread'] {
  return {
    withdrawn: all.reduce((total, { withdrawn }) => total + withdrawn, 0),
    withoutResult: all.reduce((total, { withoutResult }) => total + withoutResult, 0),
  };
}
