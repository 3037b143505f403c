import { type FramesOfImage, lackingFrames } from '../../core/radiology/cited-images.ts';
import type { Case } from '../../core/radiology/events.ts';
import { REEMBED_SHARE } from './limits.ts';
import { embedStoredImages, modelOf, type StoredImageParts } from './stored-images.ts';

/**
 * Handles states of cases: each frame of which a case has a vector, but none of this generation, is embedded again.
 *
 * A case that is met again has its vectors by then, so that it can be followed for ever: what arrived while the bundle
 * could not be loaded is made up for.
 */
export function reembed(parts: StoredImageParts & { generation: number }) {
  const { generation, models, metrics } = parts;
  return embedStoredImages(parts, {
    choose: (state) =>
      imagesWithout(generation, state).map((one) => ({ ...one, models: [modelOf(models, generation)] })),
    total: metrics.counter('interleave_images_reembedded_total', 'Stored images embedded again', ['outcome']),
    share: REEMBED_SHARE,
    remembered: 0,
  });
}

/** The images of a case with the frames that have a vector, and none of this generation. */
export function imagesWithout(generation: number, state: Case): FramesOfImage[] {
  return state.images.flatMap((image) => {
    const { kind, sopInstanceUid } = image.received;
    if (kind !== 'IMAGE') return [];
    const made = state.vectors.filter((one) => one.sopInstanceUid === sopInstanceUid);
    const frames = lackingFrames(
      state,
      { image, frames: [...new Set(made.map(({ frame }) => frame))] },
      generation,
    );
    return frames.length === 0 ? [] : [{ image, frames }];
  });
}
