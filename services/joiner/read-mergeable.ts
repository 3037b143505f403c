import { InterleaveError } from '../../core/errors.ts';
import type { ErasedThing } from '../../core/radiology/erasure-traces.ts';
import type { Case, CaseImage } from '../../core/radiology/events.ts';
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
  /**
   * SHA-256 of the stored objects that are of nothing else in its case, but for thumbnails that look the same. None of a
   * report: other reports may have come in the same message.
   */
  objects: string[];
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
      objects: [],
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
    objects: objectsOf(event),
    merge(before) {
      if (again && !isHeldImage(before?.images ?? [], event)) return null;
      const state = mergeImage(before, event);
      return { state, leftOut: leftOutByImage(before, event, state) };
    },
  };
}

function objectsOf({ received, frames }: Pick<CaseImage, 'received' | 'frames'>): string[] {
  return [received.object.sha256, ...frames.flatMap(({ thumbnail }) => thumbnail?.sha256 ?? [])];
}

/** Those of these objects that no image of the case has. */
export function unusedObjects(objects: readonly string[], state: Case | null): string[] {
  const used = new Set(state?.images.flatMap(objectsOf));
  return objects.filter((sha256) => !used.has(sha256));
}

function checkKey(record: ConsumedRecord, caseId: string): void {
  if (record.key !== caseId) throw new InterleaveError('EVENT_UNREADABLE', 'The key is of another case.');
}
