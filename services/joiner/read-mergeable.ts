import { InterleaveError } from '../../core/errors.ts';
import type { ErasedThing } from '../../core/radiology/erasure-traces.ts';
import type { Case } from '../../core/radiology/events.ts';
import { type LeftOut, leftOutByImage, leftOutByReport } from '../../core/radiology/left-out.ts';
import { mergeImage, mergeReport } from '../../core/radiology/merge.ts';
import { isHeldImage } from '../../core/radiology/merge-image.ts';
import { isHeld } from '../../core/radiology/merge-report.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';

/** A record of an input, as it acts on its case. */
export interface Mergeable {
  /** what it is about */
  thing: ErasedThing;
  /** null where the record adds nothing to a case, and makes none */
  merge(state: Case | null): { state: Case; leftOut: LeftOut } | null;
}

/** Throws `EVENT_UNREADABLE` for a record that is no event of its topic, or not of the case that it is keyed by. */
export function readMergeable(record: ConsumedRecord): Mergeable {
  const bytes = record.value ?? Buffer.alloc(0);
  if (record.topic === TOPICS.reportLabeled) {
    const { again, ...rest } = events.reportLabeled.decode(bytes);
    const event = { ...rest, again: false };
    checkKey(record, event.received.caseId);
    return {
      thing: { report: event.received.identity },
      merge(before) {
        if (again && !isHeld(before?.reports ?? [], event)) return null;
        const state = mergeReport(before, event);
        return { state, leftOut: leftOutByReport(before, event, state) };
      },
    };
  }
  const { again, ...rest } = events.imageEmbedded.decode(bytes);
  const event = { ...rest, again: false };
  checkKey(record, event.received.caseId);
  return {
    thing: { sopInstanceUid: event.received.sopInstanceUid },
    merge(before) {
      if (again && !isHeldImage(before?.images ?? [], event)) return null;
      const state = mergeImage(before, event);
      return { state, leftOut: leftOutByImage(before, event, state) };
    },
  };
}

function checkKey(record: ConsumedRecord, caseId: string): void {
  if (record.key !== caseId) throw new InterleaveError('EVENT_UNREADABLE', 'The key is of another case.');
}
