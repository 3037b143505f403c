/** From a header to the events of `radiology.image.received`: one for each case that the object belongs to. */
import { createHash } from 'node:crypto';
import { caseId, imageCaseKeys, type SiteTable } from '../radiology/case-key.ts';
import type { CaseKey, ImageReceived, KeyImageReason, ObjectRef } from '../radiology/events.ts';
import type { Header } from './header.ts';
import { objectKind } from './key-image.ts';
import type { NamedObjects } from './key-object.ts';

export interface ImageCase {
  caseId: string;
  caseKey: CaseKey;
}

/** The cases of an object: of every accession number, else of its study, else of itself. */
export function imageCases(
  header: Header,
  callingAeTitle: string,
  site: SiteTable,
  secret: Buffer,
): ImageCase[] {
  const keys = imageCaseKeys(site, {
    callingAeTitle,
    institution: header.institution,
    accessions: header.accessions,
    studyInstanceUid: header.studyInstanceUid || header.sopInstanceUid,
  });
  return keys.map((caseKey) => ({ caseId: caseId(secret, caseKey), caseKey }));
}

export interface ReceivedObject {
  header: Header;
  callingAeTitle: string;
  transferSyntaxUid: string;
  named: Omit<NamedObjects, 'rejected'>;
  keyImage: KeyImageReason;
  object: ObjectRef;
  receivedAt: number;
  /** other bytes came under this SOP Instance UID before */
  changed?: boolean;
}

export function imageReceived({ caseId, caseKey }: ImageCase, received: ReceivedObject): ImageReceived {
  const { header, named, object } = received;
  return {
    eventId: eventId(caseId, header.sopInstanceUid, object.sha256),
    caseId,
    caseKey,
    sopInstanceUid: header.sopInstanceUid,
    sopClassUid: header.sopClassUid,
    studyInstanceUid: header.studyInstanceUid,
    seriesInstanceUid: header.seriesInstanceUid,
    seriesNumber: header.seriesNumber,
    instanceNumber: header.instanceNumber,
    numberOfFrames: header.numberOfFrames,
    rows: header.rows,
    columns: header.columns,
    modality: header.modality,
    bodyPart: header.bodyPart,
    viewPosition: header.viewPosition,
    laterality: header.laterality,
    studyDescription: header.studyDescription,
    studyDate: header.studyDate,
    institution: header.institution,
    equipment: header.equipment,
    callingAeTitle: received.callingAeTitle,
    patient: header.patient,
    kind: objectKind(header),
    keyImage: received.keyImage,
    references: named.references,
    titleCode: named.titleCode,
    transferSyntaxUid: received.transferSyntaxUid,
    object,
    receivedAt: received.receivedAt,
    problem: named.cutOff ? 'DICOM_TOO_MANY_REFERENCES' : received.changed ? 'DICOM_INSTANCE_CHANGED' : null,
  };
}

/** The same object for the same case gives the same id, however often it is sent. */
function eventId(caseId: string, sopInstanceUid: string, sha256: string): string {
  return createHash('sha256').update(`${caseId}\0${sopInstanceUid}\0${sha256}`).digest('hex').slice(0, 32);
}
