/**
 * What a key object selection (PS3.3 A.35.4, PS3.16 TID 2010) or a presentation state (PS3.3 C.11.11) names: the objects,
 * their frames, and the title that says why.
 */
import { isRejectionNote } from '../radiology/rejections.ts';
import type { DataSet, Tag } from './data-set.ts';
import { MAX_REFERENCED_FRAMES, MAX_REFERENCES } from './limits.ts';
import { isUsableUid } from './usable-uids.ts';

export interface Reference {
  sopInstanceUid: string;
  /** counted from 1; none: the whole object */
  frames: number[];
}

export interface NamedObjects {
  references: Reference[];
  /** code value of (0040,A043), e.g. 113000 "Of Interest"; '' for a presentation state */
  titleCode: string;
  /** more was named than an event can hold */
  cutOff: boolean;
  /** the objects that a rejection note withdraws: all of them, whole, also those that `references` leaves out */
  rejected: string[];
}

const TAG = {
  CODE_VALUE: 0x00080100,
  LONG_CODE_VALUE: 0x00080119,
  REFERENCED_SERIES: 0x00081115,
  REFERENCED_IMAGES: 0x00081140,
  REFERENCED_SOP_INSTANCE: 0x00081155,
  REFERENCED_FRAMES: 0x00081160,
  REFERENCED_SOPS: 0x00081199,
  CONCEPT_NAME: 0x0040a043,
  EVIDENCE: 0x0040a375,
  CONTENT: 0x0040a730,
} as const;

/** What the reader has to keep for this. */
export const KEY_OBJECT_TAGS: { values: readonly Tag[]; sequences: readonly Tag[] } = {
  values: [TAG.CODE_VALUE, TAG.LONG_CODE_VALUE, TAG.REFERENCED_SOP_INSTANCE, TAG.REFERENCED_FRAMES],
  sequences: [
    TAG.REFERENCED_SERIES,
    TAG.REFERENCED_IMAGES,
    TAG.REFERENCED_SOPS,
    TAG.CONCEPT_NAME,
    TAG.EVIDENCE,
    TAG.CONTENT,
  ],
};

/**
 * A selection names what its content tree refers to, with frames; where the tree names nothing, what its evidence lists
 * (some senders fill only that). A presentation state names the images of its referenced series.
 */
export function namedObjects(dataSet: DataSet): NamedObjects {
  const content = [...inContent(dataSet)];
  const evidence = dataSet.items(TAG.EVIDENCE).flatMap((study) => [...inSeries(study)]);
  const found = content.length > 0 ? content : [...evidence, ...inSeries(dataSet)];
  const merged = mergeReferences(found);
  const titleCode = titleOf(dataSet);
  return {
    references: merged.slice(0, MAX_REFERENCES).map(({ sopInstanceUid, frames }) => ({
      sopInstanceUid,
      frames: frames.slice(0, MAX_REFERENCED_FRAMES),
    })),
    titleCode,
    cutOff:
      merged.length > MAX_REFERENCES || merged.some(({ frames }) => frames.length > MAX_REFERENCED_FRAMES),
    rejected: isRejectionNote(titleCode) ? merged.map(({ sopInstanceUid }) => sopInstanceUid) : [],
  };
}

/** The first code of the title; one of a rejection before any other, where a title is coded several times. */
function titleOf(dataSet: DataSet): string {
  const codes = dataSet
    .items(TAG.CONCEPT_NAME)
    .map((item) => item.string(TAG.CODE_VALUE) || item.string(TAG.LONG_CODE_VALUE));
  return codes.find(isRejectionNote) ?? codes[0] ?? '';
}

function* inContent(item: DataSet): Generator<Reference> {
  for (const child of item.items(TAG.CONTENT)) {
    yield* references(child, TAG.REFERENCED_SOPS);
    yield* inContent(child);
  }
}

function* inSeries(item: DataSet): Generator<Reference> {
  for (const series of item.items(TAG.REFERENCED_SERIES)) {
    yield* references(series, TAG.REFERENCED_SOPS);
    yield* references(series, TAG.REFERENCED_IMAGES);
  }
}

function* references(item: DataSet, sequence: Tag): Generator<Reference> {
  for (const reference of item.items(sequence)) {
    const sopInstanceUid = reference.string(TAG.REFERENCED_SOP_INSTANCE);
    const frames = reference.strings(TAG.REFERENCED_FRAMES).map(Number);
    if (sopInstanceUid !== '' && isUsableUid(sopInstanceUid))
      yield { sopInstanceUid, frames: frames.filter((n) => Number.isInteger(n) && n > 0) };
  }
}

/** Each object once, its frames together and in order; named as a whole once means the whole. */
function mergeReferences(found: readonly Reference[]): Reference[] {
  const merged = new Map<string, Set<number> | null>();
  for (const { sopInstanceUid, frames } of found) {
    const known = merged.get(sopInstanceUid);
    if (known === null) continue;
    if (known === undefined || frames.length === 0)
      merged.set(sopInstanceUid, frames.length === 0 ? null : new Set(frames));
    else for (const frame of frames) known.add(frame);
  }
  return [...merged].map(([sopInstanceUid, frames]) => ({
    sopInstanceUid,
    frames: [...(frames ?? [])].sort((a, b) => a - b),
  }));
}
