import { chooseFrames } from '../imaging/choose-frames.ts';
import type { Case, CaseImage } from './events.ts';
import { imageLinks } from './image-links.ts';
import { CASE_LIMITS, type CaseLimits } from './limits.ts';

/** Frames of an image of a case. */
export interface FramesOfImage {
  image: CaseImage;
  /** rising */
  frames: number[];
}

export interface CitedFrames {
  /** cited frames that have a place in the case, or find a free one; by image, in the order of the citations */
  placed: FramesOfImage[];
  /** cited frames that find none */
  leftOut: number;
}

/**
 * The frames that the reports of a case cite: which of them the case lists, or has room for. A case lists as many frames as
 * `CaseLimits` say; cited ones take the places that are free, in the order of the citations, and push nothing out.
 *
 * A multi-frame object that is cited as a whole stands for the frames of it that have vectors, or where none has, for those
 * that are read of a key image. `shown`: the SOP Instance UIDs that may be shown; what is withheld is not cited.
 */
export function citedFrames(
  state: Case,
  shown: ReadonlySet<string>,
  limits: CaseLimits = CASE_LIMITS,
): CitedFrames {
  const links = imageLinks(state).filter(({ sopInstanceUid }) => shown.has(sopInstanceUid));
  if (links.length === 0) return { placed: [], leftOut: 0 };
  const images = new Map(
    state.images
      .filter(({ received }) => received.kind === 'IMAGE')
      .map((image) => [image.received.sopInstanceUid, image]),
  );
  const placed = new Map<string, FramesOfImage & { listed: Set<number> }>();
  const leftOut = new Set<string>();
  let free = limits.embeddedFrames - takenPlaces(state);
  for (const { sopInstanceUid, frame } of links) {
    const image = images.get(sopInstanceUid);
    if (image === undefined) continue;
    const listed = placed.get(sopInstanceUid)?.listed ?? new Set(image.frames.map((one) => one.frame));
    const known = placed.get(sopInstanceUid) ?? { image, frames: [], listed };
    for (const one of frame === null ? framesOfObject(state, image) : [frame]) {
      if (known.frames.includes(one)) continue;
      if (!listed.has(one)) {
        if (free <= 0 || listed.size >= limits.imageFrames) {
          leftOut.add(`${sopInstanceUid}/${one}`);
          continue;
        }
        free--;
        listed.add(one);
      }
      known.frames.push(one);
      placed.set(sopInstanceUid, known);
    }
  }
  return {
    placed: [...placed.values()].map(({ image, frames }) => ({
      image,
      frames: frames.sort((a, b) => a - b),
    })),
    leftOut: leftOut.size,
  };
}

/**
 * Of these frames, those that lack a vector of a generation which the case would keep: a case has the newest ones of each
 * frame, so that one which newer ones have pushed out is not made again.
 */
export function lackingFrames(
  state: Case,
  { image, frames }: FramesOfImage,
  generation: number,
  limits: CaseLimits = CASE_LIMITS,
): number[] {
  const { sopInstanceUid } = image.received;
  const held = state.vectors.filter((one) => one.sopInstanceUid === sopInstanceUid);
  return frames.filter((frame) => {
    const generations = held.filter((one) => one.frame === frame).map(({ vector }) => vector.generation);
    const newer = generations.filter((one) => one > generation);
    return !generations.includes(generation) && newer.length < limits.vectorGenerations;
  });
}

/** Places of frames that the case has given, also to what was removed from it (`places.ts`). */
function takenPlaces({ images, removals }: Case): number {
  const held = new Set(images.map(({ received }) => received.sopInstanceUid));
  const gone = removals.filter(({ sopInstanceUid }) => !held.has(sopInstanceUid));
  return [...images, ...gone].reduce((sum, { frames }) => sum + frames.length, 0);
}

function framesOfObject({ vectors }: Case, { received, frames }: CaseImage): number[] {
  const { sopInstanceUid, numberOfFrames } = received;
  const embedded = frames
    .map(({ frame }) => frame)
    .filter((frame) => vectors.some((one) => one.sopInstanceUid === sopInstanceUid && one.frame === frame));
  return embedded.length > 0 ? embedded : chooseFrames(Math.max(1, numberOfFrames), null);
}
