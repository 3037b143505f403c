import { isRejectionNote } from '../../core/dicom/key-object.ts';
import type { Case, CaseImage } from '../../core/radiology/events.ts';
import type { CaseDocumentImage } from '../../infra/elasticsearch/case-document.ts';
import { documentVector, type VectorSlot } from './document-vector.ts';

/**
 * The images of a case, one entry for each decoded frame, and one for an image of which nothing was decoded (it can
 * still be cited). In the order of the case: series, instance, frame. The case itself has the limits
 * (`core/radiology/limits.ts`); Elasticsearch would take 10,000 nested documents.
 */
export function documentImages(theCase: Case, slot: VectorSlot): CaseDocumentImage[] {
  const named = namedFrames(theCase.images);
  const vectors = new Map(
    theCase.vectors
      .filter(({ vector }) => vector.generation === slot.generation)
      .map(({ sopInstanceUid, frame, vector }) => [frameKey(sopInstanceUid, frame), vector]),
  );
  return theCase.images
    .filter((image) => image.received.kind === 'IMAGE')
    .flatMap((image) => {
      const frames = image.frames.length > 0 ? image.frames : [{ frame: 1, thumbnail: null }];
      return frames.map(({ frame, thumbnail }) =>
        documentImage(image, frame, thumbnail, {
          marked: isNamed(named, image, frame),
          vector: documentVector(vectors.get(frameKey(image.received.sopInstanceUid, frame)) ?? null, slot),
        }),
      );
    });
}

function documentImage(
  { received, problem }: CaseImage,
  frame: number,
  thumbnail: CaseImage['frames'][number]['thumbnail'],
  { marked, vector }: { marked: boolean; vector: number[] | null },
): CaseDocumentImage {
  return {
    id: `${received.object.sha256.slice(0, IMAGE_ID_DIGITS)}-${frame}`,
    sop_instance_uid: received.sopInstanceUid,
    series_instance_uid: received.seriesInstanceUid,
    study_instance_uid: received.studyInstanceUid,
    frame,
    series_number: received.seriesNumber,
    instance_number: received.instanceNumber,
    modality: received.modality,
    body_part: received.bodyPart,
    view: received.viewPosition,
    laterality: received.laterality,
    rows: received.rows,
    columns: received.columns,
    key_image: received.keyImage,
    marked,
    cited: false,
    thumbnail: thumbnail === null ? null : { sha256: thumbnail.sha256, media_type: thumbnail.mediaType },
    problem,
    embedded: vector !== null,
    ...(vector === null ? {} : { vector }),
  };
}

const IMAGE_ID_DIGITS = 16;

/** SOP Instance UID → the frames that some key object selection or presentation state names; empty: all of them. */
function namedFrames(images: readonly CaseImage[]): Map<string, ReadonlySet<number>> {
  const named = new Map<string, Set<number>>();
  for (const { received } of images) {
    if (received.kind === 'IMAGE' || isRejectionNote(received.titleCode)) continue;
    for (const { sopInstanceUid, frames } of received.references) {
      const known = named.get(sopInstanceUid);
      const whole = frames.length === 0 || known?.size === 0;
      named.set(sopInstanceUid, new Set(whole ? [] : [...(known ?? []), ...frames]));
    }
  }
  return named;
}

function isNamed(named: Map<string, ReadonlySet<number>>, image: CaseImage, frame: number): boolean {
  const frames = named.get(image.received.sopInstanceUid);
  return frames !== undefined && (frames.size === 0 || frames.has(frame));
}

function frameKey(sopInstanceUid: string, frame: number): string {
  return `${sopInstanceUid}/${frame}`;
}
