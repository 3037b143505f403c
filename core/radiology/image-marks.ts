import type { Case } from './events.ts';
import { isRejectionNote } from './rejections.ts';
import { removedObjects } from './removals.ts';

/** What key object selections and presentation states say of one object. */
export interface ImageMark {
  /** frames, counted from 1, that are named; empty: the whole object */
  frames: number[];
  /** why: codes of CID 7010, e.g. 113000 "Of Interest"; '' for a presentation state. Sorted. */
  titleCodes: string[];
}

export interface ImageMarks {
  /** SOP Instance UID → mark; the object itself may not have come yet, or belong to another case */
  marked: ReadonlyMap<string, ImageMark>;
  /** SOP Instance UIDs that were removed: a rejection note withdraws them (CID 7011; IHE RAD Imaging Object Change Management), or a person */
  rejected: ReadonlySet<string>;
}

/**
 * Reads the selections of a case, and what was removed of its objects. What a rejection note withdraws is not
 * marked, and a withdrawn selection marks nothing. A note acts on whole objects, whatever frames it names, and goes on to
 * act when it is rejected itself: nothing that was withdrawn comes back by that.
 */
export function imageMarks({ images, removals }: Pick<Case, 'images' | 'removals'>): ImageMarks {
  const selections = images.filter(
    ({ received: { kind } }) => kind === 'KEY_OBJECT_SELECTION' || kind === 'PRESENTATION_STATE',
  );
  const rejected = removedObjects({ removals });
  for (const { received } of selections)
    if (isRejectionNote(received.titleCode))
      for (const { sopInstanceUid } of received.references) rejected.add(sopInstanceUid);

  const marked = new Map<string, ImageMark>();
  for (const { received } of selections) {
    if (isRejectionNote(received.titleCode) || rejected.has(received.sopInstanceUid)) continue;
    for (const { sopInstanceUid, frames } of received.references) {
      if (rejected.has(sopInstanceUid)) continue;
      const known = marked.get(sopInstanceUid);
      marked.set(sopInstanceUid, {
        frames: known === undefined ? sortedNumbers(frames) : joinFrames(known.frames, frames),
        titleCodes: [...new Set([...(known?.titleCodes ?? []), received.titleCode])].sort(),
      });
    }
  }
  return { marked, rejected };
}

/** Whether a frame of an object is named. */
export function isMarked(marks: ImageMarks, sopInstanceUid: string, frame: number): boolean {
  const mark = marks.marked.get(sopInstanceUid);
  return mark !== undefined && (mark.frames.length === 0 || mark.frames.includes(frame));
}

/** Named as a whole once means the whole. */
function joinFrames(a: readonly number[], b: readonly number[]): number[] {
  return a.length === 0 || b.length === 0 ? [] : sortedNumbers([...a, ...b]);
}

function sortedNumbers(frames: readonly number[]): number[] {
  return [...new Set(frames)].sort((a, b) => a - b);
}
