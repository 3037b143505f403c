import { InterleaveError } from '../../../core/errors.ts';
import type { Rejection } from '../../../core/radiology/events.ts';
import { RejectedImages } from '../../../core/radiology/rejections.ts';
import type { CaseDocument } from '../../../schemas/index/case-document.ts';
import { MAX_EXCLUDED_IMAGES } from '../limits.ts';

/**
 * Which images may be shown, by the register of rejected objects itself: one that was rejected is gone within seconds, also
 * while joiner or indexer are down and the index still holds it. Before the register was read once, none may.
 */
export class ShownImages {
  readonly #rejected = new RejectedImages();
  readonly #isKnown: () => boolean;
  #newest: string[] = [];

  /** `isKnown`: whether the register was read to the end that it had at the start */
  constructor(isKnown: () => boolean) {
    this.#isKnown = isKnown;
  }

  add(rejection: Rejection): void {
    if (this.#rejected.has(rejection.sopInstanceUid)) return;
    this.#rejected.add(rejection);
    this.#newest.push(rejection.sopInstanceUid);
    if (this.#newest.length > 2 * MAX_EXCLUDED_IMAGES)
      this.#newest = this.#newest.slice(-MAX_EXCLUDED_IMAGES);
  }

  get rejectedCount(): number {
    return this.#rejected.size;
  }

  /** @throws InterleaveError REJECTIONS_UNREAD */
  require(): void {
    if (!this.#isKnown()) throw new InterleaveError('REJECTIONS_UNREAD');
  }

  isShown(sopInstanceUid: string): boolean {
    return this.#isKnown() && !this.#rejected.has(sopInstanceUid);
  }

  /**
   * Another one whenever an image more of this document, as it is stored, is not shown: the same for every process that has
   * read as far. What is rejected in another case leaves it as it is.
   */
  stateOf({ images = [] }: { images?: readonly { sop_instance_uid: string }[] }): string {
    if (!this.#isKnown()) return 'unread';
    const uids = images.map(({ sop_instance_uid }) => sop_instance_uid);
    return JSON.stringify([...new Set(uids)].filter((uid) => this.#rejected.has(uid)).sort());
  }

  /** What a query leaves out, so that it does not count it: those rejected last. The index has dropped the older ones. */
  get excluded(): readonly string[] {
    return this.#newest.slice(-MAX_EXCLUDED_IMAGES);
  }

  /**
   * A document, or what was asked of it, with the images that may be shown. Before that is known the page is told of the
   * others why it has no picture of them.
   */
  shownIn<Found extends Partial<CaseDocument>>(document: Found): Found {
    const { images, reports } = document;
    if (images === undefined || images.length === 0) return document;
    if (!this.#isKnown())
      return {
        ...document,
        images: images.map((image) => ({ ...image, thumbnail: null, problem: 'REJECTIONS_UNREAD' })),
      };
    const shown = images.filter(({ sop_instance_uid }) => !this.#rejected.has(sop_instance_uid));
    if (shown.length === images.length) return document;
    const ids = new Set(shown.map(({ id }) => id));
    return {
      ...document,
      images: shown,
      ...(document.image_count === undefined ? {} : { image_count: shown.length }),
      ...(reports === undefined
        ? {}
        : {
            reports: reports.map((report) => ({
              ...report,
              citations: (report.citations ?? []).map((citation) => ({
                ...citation,
                images: citation.images.filter((id) => ids.has(id)),
              })),
            })),
          }),
    };
  }
}
