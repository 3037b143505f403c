import type { Case, ImageCitation, ImageReceived, ReportIdentity } from './events.ts';
import { removedObjects, shownReports } from './removals.ts';

/** An image that a citation means. */
export interface CitedImage {
  sopInstanceUid: string;
  /** the frame that it means, counted from 1; null where it means the object */
  frame: number | null;
}

/** A sentence of a report and an image that it cites. */
export interface ImageLink extends CitedImage {
  report: ReportIdentity;
  citation: ImageCitation;
}

/** What a citation is compared with. */
export type CitableImage = Pick<
  ImageReceived,
  | 'sopInstanceUid'
  | 'seriesNumber'
  | 'instanceNumber'
  | 'seriesInstanceUid'
  | 'studyInstanceUid'
  | 'numberOfFrames'
>;

/**
 * The links between sentences and images of a case. They are derived, never stored: a citation says series and image, and
 * which image that is follows from what the case holds today, whichever side came first. Reports that are cancelled and
 * images that were removed have none.
 */
export function imageLinks(state: Pick<Case, 'reports' | 'images' | 'removals'>): ImageLink[] {
  const removed = removedObjects(state);
  const images = state.images
    .map(({ received }) => received)
    .filter(({ kind, sopInstanceUid }) => kind === 'IMAGE' && !removed.has(sopInstanceUid));
  return shownReports(state)
    .filter(({ latest }) => latest.received.status !== 'CANCELLED')
    .filter(({ latest }) => latest.reading.citations.length > 0)
    .flatMap(({ latest: { received, reading } }) => {
      const follow = followCitations(images, received.studyInstanceUids);
      return reading.citations.flatMap((citation) =>
        follow(citation).map((cited) => ({ report: received.identity, citation, ...cited })),
      );
    });
}

/**
 * Says which images a citation of a report means. A case may hold several studies with the same series numbers; a report that
 * names its study means images of that. Without a series number the citation is followed only where one series alone has such
 * an image.
 *
 * The number is the instance number. In a series that is one multi-frame object (enhanced CT and MR, a clip) no other image
 * could have it, so that a further number is that of a frame.
 */
export function followCitations(
  images: readonly CitableImage[],
  studyInstanceUids: readonly string[],
): (citation: Pick<ImageCitation, 'seriesNumber' | 'instanceNumber'>) => CitedImage[] {
  const own = images.filter((image) => studyInstanceUids.includes(image.studyInstanceUid));
  const candidates = own.length > 0 ? own : images;
  const numbered = grouped(candidates, ({ instanceNumber }) => instanceNumber);
  const series = grouped(candidates, ({ seriesInstanceUid }) => seriesInstanceUid);
  const framed = candidates.filter(
    (image) => image.numberOfFrames > 1 && series.get(image.seriesInstanceUid)?.length === 1,
  );

  return ({ seriesNumber, instanceNumber: number }) => {
    const ofObjects = (numbered.get(number) ?? []).map((image) => ({ image, frame: null }));
    const ofFrames = framed
      .filter((image) => image.instanceNumber !== number && number >= 1 && number <= image.numberOfFrames)
      .map((image) => ({ image, frame: number }));
    const meant = [...ofObjects, ...ofFrames].filter(
      ({ image }) => seriesNumber === null || image.seriesNumber === seriesNumber,
    );
    const ofSeries = new Set(meant.map(({ image }) => image.seriesInstanceUid));
    return ofSeries.size === 1
      ? meant.map(({ image: { sopInstanceUid }, frame }) => ({ sopInstanceUid, frame }))
      : [];
  };
}

function grouped<K>(images: readonly CitableImage[], by: (image: CitableImage) => K): Map<K, CitableImage[]> {
  const groups = new Map<K, CitableImage[]>();
  for (const image of images) {
    const group = groups.get(by(image));
    if (group === undefined) groups.set(by(image), [image]);
    else group.push(image);
  }
  return groups;
}
