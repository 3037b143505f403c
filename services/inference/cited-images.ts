import { citedFrames, lackingFrames } from '../../core/radiology/cited-images.ts';
import type { Case } from '../../core/radiology/events.ts';
import { caseStanding } from '../../core/radiology/standing.ts';
import type { LoadedModel } from './image-models.ts';
import { CITED_SHARE, MAX_REMEMBERED_CITED } from './limits.ts';
import { embedStoredImages, type StoredFrames, type StoredImageParts } from './stored-images.ts';

/**
 * Handles states of cases: each frame that a report of the case cites now, and that lacks a vector of a live generation,
 * is embedded, with a thumbnail where it has none. A citation that is corrected away embeds nothing more.
 *
 * An image that has a problem is left alone: it would have it again.
 */
export function embedCited(parts: StoredImageParts) {
  const { models, log, metrics } = parts;
  const total = metrics.counter(
    'interleave_cited_images_total',
    'Images embedded because a report cites them',
    ['outcome'],
  );
  const leftOut = metrics.counter(
    'interleave_cited_frames_left_out_total',
    'Cited frames that find no place in their case',
  );
  /** case id → frames that were told; the longest untouched first */
  const told = new Map<string, number>();

  return embedStoredImages(parts, {
    choose(state) {
      const chosen = citedWithout(models.loaded, state);
      tell(state.caseId, chosen.leftOut);
      return chosen.images;
    },
    total,
    share: CITED_SHARE,
    remembered: MAX_REMEMBERED_CITED,
  });

  /** Once, however often the case is met. */
  function tell(caseId: string, count: number): void {
    const before = told.get(caseId) ?? 0;
    told.delete(caseId);
    if (count === 0) return;
    told.set(caseId, count);
    const [oldest] = told.keys();
    if (told.size > MAX_REMEMBERED_CITED && oldest !== undefined) told.delete(oldest);
    if (count <= before) return;
    leftOut.inc(count - before);
    log.warn({ caseId, frames: count }, 'cited.frames.left.out');
  }
}

/** What is cited in a case and lacks vectors of these models, in the order of the citations; and how many frames find no place. */
export function citedWithout(
  loaded: readonly LoadedModel[],
  state: Case,
): { images: StoredFrames[]; leftOut: number } {
  if (state.images.length === 0 || state.reports.every(({ latest }) => latest.reading.citations.length === 0))
    return { images: [], leftOut: 0 };
  const { placed, leftOut } = citedFrames(state, caseStanding(state).shownImages);
  const images = placed
    .filter(({ image }) => image.problem === null)
    .flatMap((cited) => {
      const lacking = loaded.map((model) => ({
        model,
        frames: lackingFrames(state, cited, model.generation),
      }));
      const frames = cited.frames.filter((frame) => lacking.some((one) => one.frames.includes(frame)));
      const models = lacking.filter((one) => one.frames.length > 0).map(({ model }) => model);
      return frames.length === 0 ? [] : [{ image: cited.image, frames, models }];
    });
  return { images, leftOut };
}
