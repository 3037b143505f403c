/** Where the objects are found that a key object selection or a presentation state names: their study and series. */
import { isRejectionNote } from '../radiology/rejections.ts';
import type { DataSet, Tag } from './data-set.ts';
import { dataSetBytes } from './data-set-bytes.ts';
import { DataSetReader } from './data-set-reader.ts';
import { KEY_OBJECT_TAGS, namedObjects } from './key-object.ts';
import { readPart10 } from './part10.ts';
import { TRANSFER_SYNTAX } from './uids.ts';
import { isUsableUid } from './usable-uids.ts';

export interface NamedPlace {
  sopInstanceUid: string;
  /** '' where the object does not say it */
  study: string;
  series: string;
}

const TAG = {
  REFERENCED_SERIES: 0x00081115,
  REFERENCED_IMAGES: 0x00081140,
  REFERENCED_SOP_INSTANCE: 0x00081155,
  REFERENCED_SOPS: 0x00081199,
  STUDY: 0x0020000d,
  SERIES: 0x0020000e,
  EVIDENCE: 0x0040a375,
} as const satisfies Record<string, Tag>;

/**
 * Of a DICOM file. The places are those of the evidence (PS3.3 C.17.2) or of the referenced series (PS3.3 C.11.11). None for
 * a rejection note, which names what is not to be seen. Throws DICOM_DATA_SET_UNREADABLE.
 */
export function namedPlaces(file: Buffer): NamedPlace[] {
  const dataSet = read(file);
  const { references, titleCode } = namedObjects(dataSet);
  if (isRejectionNote(titleCode)) return [];
  const places = new Map<string, NamedPlace>();
  for (const study of dataSet.items(TAG.EVIDENCE)) addSeries(places, study, usable(study.string(TAG.STUDY)));
  addSeries(places, dataSet, usable(dataSet.string(TAG.STUDY)));
  return references.map(
    ({ sopInstanceUid }) => places.get(sopInstanceUid) ?? { sopInstanceUid, study: '', series: '' },
  );
}

function addSeries(places: Map<string, NamedPlace>, item: DataSet, study: string): void {
  for (const one of item.items(TAG.REFERENCED_SERIES)) {
    const series = usable(one.string(TAG.SERIES));
    const named = [...one.items(TAG.REFERENCED_SOPS), ...one.items(TAG.REFERENCED_IMAGES)];
    for (const reference of named) {
      const sopInstanceUid = reference.string(TAG.REFERENCED_SOP_INSTANCE);
      if (study !== '' && series !== '') places.set(sopInstanceUid, { sopInstanceUid, study, series });
    }
  }
}

function usable(uid: string): string {
  return isUsableUid(uid) ? uid : '';
}

function read(file: Buffer): DataSet {
  const meta = readPart10(file);
  const transferSyntaxUid = meta?.transferSyntaxUid ?? TRANSFER_SYNTAX.EXPLICIT_LITTLE;
  const bytes = file.subarray(meta?.dataSetOffset ?? 0);
  const reader = new DataSetReader(transferSyntaxUid, {
    values: new Set([...KEY_OBJECT_TAGS.values, TAG.STUDY, TAG.SERIES]),
    sequences: new Set(KEY_OBJECT_TAGS.sequences),
  });
  reader.push(dataSetBytes(bytes, transferSyntaxUid));
  return reader.dataSet;
}
