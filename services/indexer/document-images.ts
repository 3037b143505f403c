import type { Case, CaseImage } from '../../core/radiology/events.ts';
import { isMarked } from '../../core/radiology/image-marks.ts';
import type { CaseStanding } from '../../core/radiology/standing.ts';
import type { CaseDocumentImage } from '../../schemas/index/case-document.ts';
import { documentVector, type VectorSlot } from './document-vector.ts';

/**
 * The images of a case that may be shown, one entry for each frame, and one for an image of which nothing was decoded (it
 * can still be cited). In the order of the case: series, instance, frame. The case itself has the limits
 * (`core/radiology/limits.ts`); Elasticsearch would take 10,000 nested documents.
 */
export function documentImages(
  theCase: Case,
  { shownImages, marks }: Pick<CaseStanding, 'shownImages' | 'marks'>,
  slot: VectorSlot,
): CaseDocumentImage[] {
  const vectors = new Map(
    theCase.vectors
      .filter(({ vector }) => vector.generation === slot.generation)
      .map(({ sopInstanceUid, frame, vector }) => [frameKey(sopInstanceUid, frame), vector]),
  );
  return theCase.images
    .filter(({ received }) => received.kind === 'IMAGE' && shownImages.has(received.sopInstanceUid))
    .flatMap((image) => {
      const frames = image.frames.length > 0 ? image.frames : [{ frame: 1, thumbnail: null }];
      const { sopInstanceUid } = image.received;
      return frames.map(({ frame, thumbnail }) =>
        documentImage(image, frame, thumbnail, {
          marked: isMarked(marks, sopInstanceUid, frame),
          vector: documentVector(vectors.get(frameKey(sopInstanceUid, frame)) ?? null, slot),
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
    sop_class_uid: received.sopClassUid,
    transfer_syntax_uid: received.transferSyntaxUid,
    study_date: received.studyDate,
    study_description: received.studyDescription,
    number_of_frames: received.numberOfFrames,
    object: { sha256: received.object.sha256, size: received.object.size },
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

function frameKey(sopInstanceUid: string, frame: number): string {
  return `${sopInstanceUid}/${frame}`;
}
