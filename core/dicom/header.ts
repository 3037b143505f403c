/**
 * What an event needs of a DICOM object, read from the part of the data set before Pixel Data. Attributes of PS3.3 C.7
 * (patient, study, series, equipment, image), C.12.1 (SOP common).
 */
import { InterleaveError } from '../errors.ts';
import type { ImageReceived, Patient } from '../radiology/events.ts';
import type { DataSet, Tag } from './data-set.ts';
import type { Wanted } from './data-set-reader.ts';
import { KEY_OBJECT_TAGS } from './key-object.ts';
import { MAX_ACCESSIONS } from './limits.ts';
import { isPresentationState, KEY_OBJECT_SELECTION } from './uids.ts';

/** An accession number, with the issuer that the object itself names ('' mostly). (phi) */
export interface Accession {
  value: string;
  assigningAuthority: string;
}

/** What stands in the event as it stands in the object, and what the event is made from. */
export interface Header
  extends Pick<
    ImageReceived,
    | 'sopClassUid'
    | 'sopInstanceUid'
    | 'studyInstanceUid'
    | 'seriesInstanceUid'
    | 'seriesNumber'
    | 'instanceNumber'
    | 'numberOfFrames'
    | 'rows'
    | 'columns'
    | 'modality'
    | 'bodyPart'
    | 'viewPosition'
    | 'laterality'
    | 'studyDescription'
    | 'studyDate'
    | 'institution'
    | 'equipment'
    | 'patient'
  > {
  /** of (0008,0050) and of each item of (0040,0275) */
  accessions: Accession[];
  hasPixelData: boolean;
}

const TAG = {
  CHARACTER_SET: 0x00080005,
  SOP_CLASS: 0x00080016,
  SOP_INSTANCE: 0x00080018,
  STUDY_DATE: 0x00080020,
  ACCESSION: 0x00080050,
  ISSUER_OF_ACCESSION: 0x00080051,
  MODALITY: 0x00080060,
  MANUFACTURER: 0x00080070,
  INSTITUTION: 0x00080080,
  STATION_NAME: 0x00081010,
  STUDY_DESCRIPTION: 0x00081030,
  MODEL_NAME: 0x00081090,
  PATIENT_NAME: 0x00100010,
  PATIENT_ID: 0x00100020,
  ISSUER_OF_PATIENT_ID: 0x00100021,
  BIRTH_DATE: 0x00100030,
  SEX: 0x00100040,
  BODY_PART: 0x00180015,
  VIEW_POSITION: 0x00185101,
  STUDY_INSTANCE: 0x0020000d,
  SERIES_INSTANCE: 0x0020000e,
  SERIES_NUMBER: 0x00200011,
  INSTANCE_NUMBER: 0x00200013,
  LATERALITY: 0x00200060,
  IMAGE_LATERALITY: 0x00200062,
  NUMBER_OF_FRAMES: 0x00280008,
  ROWS: 0x00280010,
  COLUMNS: 0x00280011,
  LOCAL_NAMESPACE: 0x00400031,
  UNIVERSAL_ID: 0x00400032,
  REQUEST_ATTRIBUTES: 0x00400275,
} as const;

const VALUES: readonly Tag[] = Object.values(TAG);
const SEQUENCES: readonly Tag[] = [TAG.ISSUER_OF_ACCESSION, TAG.REQUEST_ATTRIBUTES];

const IMAGE: Wanted = { values: new Set(VALUES), sequences: new Set(SEQUENCES) };
const NAMING: Wanted = {
  values: new Set([...VALUES, ...KEY_OBJECT_TAGS.values]),
  sequences: new Set([...SEQUENCES, ...KEY_OBJECT_TAGS.sequences]),
};

/** What to keep of an object of this class: references only of those whose purpose is to name others. */
export function wantedOf(sopClassUid: string): Wanted {
  return sopClassUid === KEY_OBJECT_SELECTION || isPresentationState(sopClassUid) ? NAMING : IMAGE;
}

/** Throws DICOM_DATA_SET_UNREADABLE where it belongs to more than `MAX_ACCESSIONS` examinations. */
export function headerOf(dataSet: DataSet, hasPixelData: boolean): Header {
  const sets = dataSet.strings(TAG.CHARACTER_SET);
  return {
    sopClassUid: dataSet.string(TAG.SOP_CLASS),
    sopInstanceUid: dataSet.string(TAG.SOP_INSTANCE),
    studyInstanceUid: dataSet.string(TAG.STUDY_INSTANCE),
    seriesInstanceUid: dataSet.string(TAG.SERIES_INSTANCE),
    seriesNumber: dataSet.integer(TAG.SERIES_NUMBER),
    instanceNumber: dataSet.integer(TAG.INSTANCE_NUMBER),
    numberOfFrames: Math.max(1, dataSet.integer(TAG.NUMBER_OF_FRAMES) ?? 1),
    rows: dataSet.unsignedShort(TAG.ROWS) ?? 0,
    columns: dataSet.unsignedShort(TAG.COLUMNS) ?? 0,
    modality: dataSet.string(TAG.MODALITY),
    bodyPart: dataSet.string(TAG.BODY_PART),
    viewPosition: dataSet.string(TAG.VIEW_POSITION),
    laterality: dataSet.string(TAG.IMAGE_LATERALITY) || dataSet.string(TAG.LATERALITY),
    studyDescription: dataSet.text(TAG.STUDY_DESCRIPTION, sets),
    studyDate: date(dataSet.string(TAG.STUDY_DATE)),
    institution: dataSet.text(TAG.INSTITUTION, sets),
    equipment: {
      station: dataSet.text(TAG.STATION_NAME, sets),
      manufacturer: dataSet.text(TAG.MANUFACTURER, sets),
      model: dataSet.text(TAG.MODEL_NAME, sets),
    },
    patient: patientOf(dataSet, sets),
    accessions: accessionsOf(dataSet, sets),
    hasPixelData,
  };
}

function patientOf(dataSet: DataSet, sets: readonly string[]): Patient {
  const sex = dataSet.string(TAG.SEX).toUpperCase();
  return {
    issuer: dataSet.text(TAG.ISSUER_OF_PATIENT_ID, sets),
    identifier: dataSet.text(TAG.PATIENT_ID, sets),
    ...personName(dataSet.text(TAG.PATIENT_NAME, sets)),
    birthDate: date(dataSet.string(TAG.BIRTH_DATE)),
    sex: sex === 'F' || sex === 'M' || sex === 'O' ? sex : '',
  };
}

/** Family and given name of the first component group that has any: alphabetic, ideographic, phonetic (PS3.5 6.2.1). */
function personName(name: string): { familyName: string; givenName: string } {
  const groups = name.split('\\')[0]?.split('=') ?? [];
  const group = groups.find((candidate) => candidate.replaceAll('^', '').trim() !== '') ?? '';
  const [family = '', given = ''] = group.split('^');
  return { familyName: family.trim(), givenName: given.trim() };
}

/** Every accession number once: the object's own, and that of each request it fulfils. */
function accessionsOf(dataSet: DataSet, sets: readonly string[]): Accession[] {
  const own = issuerOf(dataSet, sets);
  const found = [dataSet, ...dataSet.items(TAG.REQUEST_ATTRIBUTES)].flatMap((place) => {
    const assigningAuthority = issuerOf(place, sets) || own;
    return place
      .text(TAG.ACCESSION, sets)
      .split('\\')
      .map((value) => ({ value: value.trim(), assigningAuthority }));
  });
  const unique = new Map(found.map((one) => [`${one.assigningAuthority}\\${one.value}`, one]));
  const accessions = [...unique.values()].filter((one) => one.value !== '');
  if (accessions.length > MAX_ACCESSIONS)
    throw new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'it has too many accession numbers');
  return accessions;
}

/** (0008,0051): the local name of the issuer, else its universal one (PS3.3 10.14). */
function issuerOf(dataSet: DataSet, sets: readonly string[]): string {
  const issuer = dataSet.items(TAG.ISSUER_OF_ACCESSION)[0];
  if (issuer === undefined) return '';
  return issuer.text(TAG.LOCAL_NAMESPACE, sets) || issuer.text(TAG.UNIVERSAL_ID, sets);
}

/** YYYYMMDD, also from the retired form YYYY.MM.DD; '' for anything else. */
function date(value: string): string {
  const digits = value.slice(0, 10).replaceAll('.', '').trim();
  return /^[0-9]{8}$/.test(digits) ? digits : '';
}
