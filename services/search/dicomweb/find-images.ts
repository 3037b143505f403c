import type { estypes } from '@elastic/elasticsearch';
import { InterleaveError } from '../../../core/errors.ts';
import { MAX_IMAGE_FRAMES } from '../../../core/radiology/limits.ts';
import type { CaseDocument, CaseDocumentImage } from '../../../schemas/index/case-document.ts';
import type { CaseIndex } from '../retrieval/case-index.ts';
import { MAX_STUDY_CASES } from './limits.ts';

/** A study, a series of it, or an instance of that. */
export interface DicomPath {
  study: string;
  series?: string | undefined;
  instance?: string | undefined;
}

/** One DICOM object that is indexed: what the index shows of it, and where it is kept. */
export interface IndexedImage {
  caseId: string;
  study: string;
  series: string;
  instance: string;
  object: { sha256: string; size: number };
  numberOfFrames: number;
  /** by frame */
  thumbnails: ReadonlyMap<number, { sha256: string; media_type: string }>;
}

/** The fields of an image that are read for DICOMweb. */
export const IMAGE_FIELDS = [
  'images.study_instance_uid',
  'images.series_instance_uid',
  'images.sop_instance_uid',
  'images.object',
  'images.number_of_frames',
  'images.frame',
  'images.thumbnail',
];

/**
 * The objects of a place, in the order of their cases: series number, instance number. What is withheld or rejected is not
 * in the index and so not found, as on the page. An object that belongs to several cases is found once.
 * @throws InterleaveError INSTANCE_NOT_FOUND, REJECTIONS_UNREAD, ELASTICSEARCH_UNAVAILABLE
 */
export async function findImages(index: CaseIndex, place: DicomPath): Promise<IndexedImage[]> {
  index.shown.require();
  const images = place.instance === undefined ? await ofCases(index, place) : await ofOne(index, place);
  if (images.length === 0) throw new InterleaveError('INSTANCE_NOT_FOUND');
  return images;
}

/** The entries of one object stand for its frames. */
export function gatherFrames(
  entries: Iterable<{ caseId: string; image: CaseDocumentImage }>,
): IndexedImage[] {
  const found = new Map<
    string,
    IndexedImage & { thumbnails: Map<number, { sha256: string; media_type: string }> }
  >();
  for (const { caseId, image } of entries) {
    const known = found.get(image.sop_instance_uid);
    if (known !== undefined && known.caseId !== caseId) continue;
    const one = known ?? {
      caseId,
      study: image.study_instance_uid,
      series: image.series_instance_uid,
      instance: image.sop_instance_uid,
      object: image.object,
      numberOfFrames: image.number_of_frames,
      thumbnails: new Map(),
    };
    if (image.thumbnail !== null) one.thumbnails.set(image.frame, image.thumbnail);
    found.set(image.sop_instance_uid, one);
  }
  return [...found.values()];
}

async function ofCases(index: CaseIndex, place: DicomPath): Promise<IndexedImage[]> {
  const [result] = await index.searchAll([
    {
      query: { nested: { path: 'images', query: within(place) } },
      size: MAX_STUDY_CASES,
      _source: IMAGE_FIELDS,
      sort: ['_doc'],
    },
  ]);
  const entries = (result?.hits.hits ?? []).flatMap(({ _id: caseId, _source: document }) =>
    (document?.images ?? []).filter(isIn(place)).map((image) => ({ caseId: caseId ?? '', image })),
  );
  return gatherFrames(entries);
}

/** Only the entries of one object travel, however large its case is. */
async function ofOne(index: CaseIndex, place: DicomPath): Promise<IndexedImage[]> {
  const [result] = await index.searchAll([
    {
      query: {
        nested: {
          path: 'images',
          query: within(place),
          inner_hits: { size: MAX_INNER_HITS, _source: IMAGE_FIELDS },
        },
      },
      size: 1,
      _source: false,
    },
  ]);
  const hit: estypes.SearchHit<CaseDocument> | undefined = result?.hits.hits[0];
  const entries = hit?.inner_hits?.['images']?.hits.hits ?? [];
  return gatherFrames(
    entries.map((entry) => ({ caseId: hit?._id ?? '', image: entry._source as CaseDocumentImage })),
  );
}

/** More entries than one object has in a case. */
const MAX_INNER_HITS = MAX_IMAGE_FRAMES + 1;

function within({ study, series, instance }: DicomPath): estypes.QueryDslQueryContainer {
  const terms: [string, string | undefined][] = [
    ['images.study_instance_uid', study],
    ['images.series_instance_uid', series],
    ['images.sop_instance_uid', instance],
  ];
  return {
    bool: {
      filter: terms.flatMap(([field, value]) => (value === undefined ? [] : [{ term: { [field]: value } }])),
    },
  };
}

function isIn({ study, series }: DicomPath): (image: CaseDocumentImage) => boolean {
  return (image) =>
    image.study_instance_uid === study && (series === undefined || image.series_instance_uid === series);
}
