import type { CaseImage, CasePrediction, CaseVector, ImageEmbedded } from './events.ts';
import { isSelection } from './fit-image.ts';
import { vectorsOf } from './frame-vectors.ts';
import type { CaseLimits } from './limits.ts';
import { compareText, compareValues, greater } from './total-order.ts';

/** An object of a case together with its vectors and predictions, which the case lists apart. */
export interface EmbeddedObject {
  image: CaseImage;
  vectors: CaseVector[];
  predictions: CasePrediction[];
}

/**
 * The order in which objects are counted against the limits: by SOP Instance UID alone, key object selections and
 * presentation states first and apart. (A UID that comes as both, against PS3.5 9, stands twice.)
 */
export function compareObjectIdentity(a: EmbeddedObject, b: EmbeddedObject): number {
  return (
    Number(isSelection(b.image.received.kind)) - Number(isSelection(a.image.received.kind)) ||
    compareText(a.image.received.sopInstanceUid, b.image.received.sopInstanceUid)
  );
}

/** The order in which a case lists its objects: by series, instance, SOP Instance UID; what has no number comes last. */
export function compareListed(a: CaseImage, b: CaseImage): number {
  return (
    compareNumbers(a.received.seriesNumber, b.received.seriesNumber) ||
    compareNumbers(a.received.instanceNumber, b.received.instanceNumber) ||
    compareText(a.received.sopInstanceUid, b.received.sopInstanceUid) ||
    compareText(a.received.kind, b.received.kind)
  );
}

/** The object of one event. */
export function objectOf(event: ImageEmbedded): EmbeddedObject {
  const { received, receivedOffset, backend, problem } = event;
  const { sopInstanceUid, receivedAt: firstReceivedAt } = received;
  return event.frames.reduce<EmbeddedObject>(
    (object, { frame, thumbnail, predictions, ...made }) => ({
      image: { ...object.image, frames: mergeFrames(object.image.frames, [{ frame, thumbnail }]) },
      vectors: mergeVectors(
        object.vectors,
        vectorsOf(made).map((vector) => ({ sopInstanceUid, frame, vector })),
      ),
      predictions: mergePredictions(
        object.predictions,
        predictions.map((prediction) => ({ sopInstanceUid, frame, prediction })),
      ),
    }),
    {
      image: { received, receivedOffset, firstReceivedAt, frames: [], backend, problem, replaced: false },
      vectors: [],
      predictions: [],
    },
  );
}

/**
 * Whether a case holds an image as it was received when it was embedded again, or at last: what was moved away, or followed
 * by other bytes, does not come back.
 */
export function isHeldImage(
  images: readonly CaseImage[],
  { received, receivedOffset }: ImageEmbedded,
): boolean {
  return images.some(
    (image) =>
      image.receivedOffset === receivedOffset &&
      image.received.receivedAt === received.receivedAt &&
      image.received.sopInstanceUid === received.sopInstanceUid &&
      image.received.object.sha256 === received.object.sha256,
  );
}

/**
 * What is known of one object from two sides. The object that was received last counts, with its thumbnails and vectors
 * alone. A frame that was once listed stays listed, without thumbnail where the newer object has none: it keeps its
 * place among the frames of the case, or what a limit leaves out would depend on the order of arrival.
 */
export function mergeObjects(a: EmbeddedObject, b: EmbeddedObject): EmbeddedObject {
  const order = compareReceipt(a.image, b.image);
  const firstReceivedAt = Math.min(a.image.firstReceivedAt, b.image.firstReceivedAt);
  const replaced =
    a.image.replaced || b.image.replaced || a.image.received.object.sha256 !== b.image.received.object.sha256;
  if (order === 0) {
    // The same receipt embedded twice: a success counts before a problem, and that before what was not tried.
    const { received, backend, problem } = compareEmbedding(a.image, b.image) >= 0 ? a.image : b.image;
    return {
      image: {
        received,
        receivedOffset: a.image.receivedOffset,
        firstReceivedAt,
        frames: mergeFrames(a.image.frames, b.image.frames),
        backend,
        problem,
        replaced,
      },
      vectors: mergeVectors(a.vectors, b.vectors),
      predictions: mergePredictions(a.predictions, b.predictions),
    };
  }
  const [newer, older] = order > 0 ? [a, b] : [b, a];
  const places = older.image.frames.map(({ frame }) => ({ frame, thumbnail: null }));
  return {
    image: { ...newer.image, firstReceivedAt, frames: mergeFrames(newer.image.frames, places), replaced },
    vectors: newer.vectors,
    predictions: newer.predictions,
  };
}

/**
 * Keeps the first frames of an object, and of each the vectors and predictions of the newest generations: those with the
 * greatest numbers, whatever came first. A generation that two newer ones have followed does not come back. `places` is how many frames
 * the case has left for this object.
 */
export function limitFrames(object: EmbeddedObject, places: number, limits: CaseLimits): EmbeddedObject {
  const frames = object.image.frames.slice(0, Math.min(places, limits.imageFrames));
  const kept = new Set(frames.map(({ frame }) => frame));
  const newest = <T extends { frame: number }>(list: readonly T[]): T[] =>
    list.filter(({ frame }, i) => kept.has(frame) && list[i - limits.vectorGenerations]?.frame !== frame);
  return {
    image: { ...object.image, frames },
    vectors: newest(object.vectors),
    predictions: newest(object.predictions),
  };
}

/**
 * By the clock of the gateway first: an object whose event was lost and that is read again has its first time of receipt,
 * and the offset of today.
 */
function compareReceipt(a: CaseImage, b: CaseImage): number {
  return (
    a.received.receivedAt - b.received.receivedAt ||
    a.receivedOffset - b.receivedOffset ||
    compareText(a.received.object.sha256, b.received.object.sha256)
  );
}

function compareEmbedding(a: CaseImage, b: CaseImage): number {
  return (
    successOf(a) - successOf(b) ||
    compareValues([a.backend, a.problem, a.received], [b.backend, b.problem, b.received])
  );
}

/** What was passed on as it came has no backend: it may be read later, where a report cites it. */
function successOf({ backend, problem }: CaseImage): number {
  if (problem !== null) return 1;
  return backend === '' ? 0 : 2;
}

/** Sorted by frame number. */
function mergeFrames(a: CaseImage['frames'], b: CaseImage['frames']): CaseImage['frames'] {
  const byNumber = new Map(a.map((frame) => [frame.frame, frame]));
  for (const { frame, thumbnail } of b)
    byNumber.set(frame, { frame, thumbnail: greater(thumbnail, byNumber.get(frame)?.thumbnail ?? null) });
  return [...byNumber.values()].sort((one, other) => one.frame - other.frame);
}

function mergeVectors(a: readonly CaseVector[], b: readonly CaseVector[]): CaseVector[] {
  return mergeGenerations(a, b, ({ vector }) => vector.generation);
}

function mergePredictions(a: readonly CasePrediction[], b: readonly CasePrediction[]): CasePrediction[] {
  return mergeGenerations(a, b, ({ prediction }) => prediction.generation);
}

/** Sorted by frame number, the newest generation first; one for each frame and generation. */
function mergeGenerations<T extends { frame: number }>(
  a: readonly T[],
  b: readonly T[],
  generationOf: (one: T) => number,
): T[] {
  const keyOf = (one: T): string => `${one.frame}/${generationOf(one)}`;
  const byKey = new Map(a.map((one) => [keyOf(one), one]));
  for (const one of b) byKey.set(keyOf(one), greater(one, byKey.get(keyOf(one)) ?? one));
  return [...byKey.values()].sort(
    (one, other) => one.frame - other.frame || generationOf(other) - generationOf(one),
  );
}

function compareNumbers(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}
