import { InterleaveError } from '../errors.ts';
import { MAX_REPORTS_PER_MESSAGE } from './limits.ts';
import type { Message, Segment } from './message.ts';
import { once } from './once.ts';

/** What belongs to one OBR: itself, its ORC, and what follows until the next. */
export interface Group {
  pid: Segment | undefined;
  segments: Segment[];
  observations: Segment[];
}

/** The OBR groups of a message and the segments that hold for all of them. Throws `HL7_UNREADABLE`. */
export function groupsOf(message: Message): { groups: Group[]; shared: Segment[] } {
  const groups: Group[] = [];
  const shared: Segment[] = [];
  let current: Group | undefined;
  let order: Segment | undefined;
  let pid: Segment | undefined;
  for (const segment of message.segments) {
    if (segment.name === 'PID') {
      pid = segment;
      current = undefined;
    } else if (segment.name === 'ORC') order = segment;
    else if (segment.name === 'OBR') {
      current = { pid, segments: order === undefined ? [segment] : [segment, order], observations: [] };
      order = undefined;
      groups.push(current);
      if (groups.length > MAX_REPORTS_PER_MESSAGE)
        throw new InterleaveError('HL7_UNREADABLE', `More than ${MAX_REPORTS_PER_MESSAGE} OBR groups.`);
    } else if (current === undefined || segment.name === 'TXA') shared.push(segment);
    else {
      current.segments.push(segment);
      if (segment.name === 'OBX') current.observations.push(segment);
    }
  }
  return { groups, shared };
}

/**
 * Groups without text get that of all groups of their patient, one list: never that of another one in the message.
 * `patientOf` tells patients apart. To be called when groups of one report are one group: what it says in another place
 * is text of its own.
 */
export function shareText(
  groups: readonly Group[],
  saysSomething: (observation: Segment) => boolean,
  patientOf: (group: Group) => number,
): void {
  const ofPatient = once((patient: number) =>
    groups.filter((group) => patientOf(group) === patient).flatMap((group) => group.observations),
  );
  const shared = groups
    .filter((group) => !group.observations.some(saysSomething))
    .map((group) => ({ group, observations: ofPatient(patientOf(group)) }));
  for (const { group, observations } of shared) group.observations = observations;
}
