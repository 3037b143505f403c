/** What a PACS is asked (PS3.4 C.6.2.1): dates, UIDs, modalities and counts, and nothing of a patient. */
import type { DataSet } from '../../../core/dicom/data-set.ts';
import { KEY, type Keys } from '../../../core/dicom/identifier.ts';
import { isUsableUid } from '../../../core/dicom/usable-uids.ts';
import type { FoundInstance, FoundSeries, FoundStudy, StudySpan } from '../archive/archive.ts';

export function studyKeys({ from, to, times }: StudySpan): Keys {
  return new Map([
    [KEY.STUDY_DATE, from === to ? from : `${from}-${to}`],
    // A time of the last second may have a fraction.
    [KEY.STUDY_TIME, times === null ? '' : `${times.from}-${times.to}.999999`],
    [KEY.MODALITIES_IN_STUDY, ''],
    [KEY.STUDY, ''],
    [KEY.STUDY_INSTANCES, ''],
  ]);
}

export function seriesKeys(study: string): Keys {
  return new Map([
    [KEY.MODALITY, ''],
    [KEY.STUDY, study],
    [KEY.SERIES, ''],
  ]);
}

export function instanceKeys(study: string, series: string): Keys {
  return new Map([
    [KEY.SOP_CLASS, ''],
    [KEY.SOP_INSTANCE, ''],
    [KEY.STUDY, study],
    [KEY.SERIES, series],
  ]);
}

/** Null where the answer has no UID that can be asked for. */
export function studyOf(answer: DataSet): FoundStudy | null {
  const uid = uidIn(answer, KEY.STUDY);
  const modalities = answer.strings(KEY.MODALITIES_IN_STUDY).filter((modality) => modality !== '');
  return uid === null
    ? null
    : {
        uid,
        date: answer.string(KEY.STUDY_DATE),
        time: answer.string(KEY.STUDY_TIME),
        modalities: modalities.length === 0 ? null : modalities,
        instances: answer.integer(KEY.STUDY_INSTANCES),
      };
}

export function seriesOf(answer: DataSet): FoundSeries | null {
  const uid = uidIn(answer, KEY.SERIES);
  return uid === null ? null : { uid, modality: answer.string(KEY.MODALITY) };
}

export function instanceOf(answer: DataSet): FoundInstance | null {
  const uid = uidIn(answer, KEY.SOP_INSTANCE);
  const sopClassUid = answer.string(KEY.SOP_CLASS);
  return uid === null ? null : { uid, sopClassUid: isUsableUid(sopClassUid) ? sopClassUid : '' };
}

function uidIn(answer: DataSet, tag: number): string | null {
  const uid = answer.string(tag);
  return uid !== '' && isUsableUid(uid) ? uid : null;
}
