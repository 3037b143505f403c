import type { Case, ImageCitation, ImageReceived, ReportIdentity } from './events.ts';
import { removedObjects, shownReports } from './removals.ts';

/** A sentence of a report and an image that it cites. */
export interface ImageLink {
  report: ReportIdentity;
  citation: ImageCitation;
  sopInstanceUid: string;
}

/** What a citation is compared with. */
export type CitableImage = Pick<
  ImageReceived,
  'seriesNumber' | 'instanceNumber' | 'seriesInstanceUid' | 'studyInstanceUid'
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
    .flatMap(({ latest: { received, reading } }) =>
      reading.citations.flatMap((citation) =>
        citedImages(citation, images, received.studyInstanceUids, (image) => image).map(
          ({ sopInstanceUid }) => ({ report: received.identity, citation, sopInstanceUid }),
        ),
      ),
    );
}

/**
 * The images that a citation means. A case may hold several studies with the same series numbers; a report that names its
 * study means images of that. Without a series number the citation is followed only where one series alone has such an
 * image.
 */
export function citedImages<T>(
  { seriesNumber, instanceNumber }: Pick<ImageCitation, 'seriesNumber' | 'instanceNumber'>,
  images: readonly T[],
  studyInstanceUids: readonly string[],
  of: (image: T) => CitableImage,
): T[] {
  const own = images.filter((image) => studyInstanceUids.includes(of(image).studyInstanceUid));
  const meant = (own.length > 0 ? own : images).filter(
    (image) =>
      of(image).instanceNumber === instanceNumber &&
      (seriesNumber === null || of(image).seriesNumber === seriesNumber),
  );
  const series = new Set(meant.map((image) => of(image).seriesInstanceUid));
  return series.size === 1 ? meant : [];
}
