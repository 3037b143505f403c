import type { ObjectRef } from '../object-ref.ts';
import type { Vector } from '../vector/vector.ts';
import type { Finding, ReportReading, SectionName } from './report-reading.ts';

/**
 * The events on the topics, as TypeScript sees them. `schemas/*.avsc` is the same in Avro; a test encodes and decodes
 * one of each. Times are milliseconds since 1970 (UTC), places in text are UTF-16 offsets with an exclusive end.
 * Fields with patient data are marked (phi); they stand only in record values.
 */

export type {
  Assertion,
  Contradiction,
  Finding,
  FindingAttribute,
  ImageCitation,
  ImpliedFinding,
  ReportReading,
  ReportTopics,
  SectionName,
  TextRange,
  TextVector,
} from './report-reading.ts';
export type { ObjectRef, Vector };

/** What joins a report and its images; see `case-key.ts`. (phi) */
export interface CaseKey {
  kind: 'ACCESSION' | 'STUDY' | 'REPORT';
  issuer: string;
  value: string;
}

/** The patient as one sender names them; empty strings where nothing was said. (phi) */
export interface Patient {
  issuer: string;
  identifier: string;
  familyName: string;
  givenName: string;
  /** YYYYMMDD */
  birthDate: string;
  sex: '' | 'F' | 'M' | 'O';
}

/** OBR-25 / OBX-11 / TXA-17 in one list, see `report-status.ts`. */
export type ReportStatus = 'PRELIMINARY' | 'FINAL' | 'CORRECTED' | 'ADDENDUM' | 'CANCELLED';

/** A piece of the report as the message carried it; `section` where OBX-3 names one. (phi) */
export interface ReportPart {
  section: SectionName | null;
  text: string;
}

/** (facility, OBR-3 or TXA-12) of a report (phi) */
export interface ReportIdentity {
  facility: string;
  fillerNumber: string;
}

/** Who ordered the examination and who read it, for the analysts; '' where the sender did not say. */
export interface ReportOrder {
  /** the service or ward that ordered it: PV1-10, else ORC-17, else PV1-3 */
  service: string;
  /** PV1-2, e.g. `I`, `O`, `E` (HL7 table 0004) */
  patientClass: string;
  /** TQ1-9, else OBR-27, ORC-7 or OBR-5, e.g. `S` (HL7 table 0027, 0485) */
  priority: string;
  /** keyed hash of who interpreted it (OBR-32); the name stands in no event */
  reader: string;
}

/** The device that made an image, for the analysts; '' where the object does not say. */
export interface ImageEquipment {
  /** (0008,1010) */
  station: string;
  /** (0008,0070) */
  manufacturer: string;
  /** (0008,1090) */
  model: string;
}

/** `radiology.report.received`: one version of one report, for one case. */
export interface ReportReceived {
  /** hex, deterministic: the same message for the same case gives the same id */
  eventId: string;
  caseId: string;
  caseKey: CaseKey;
  /** identity of the report: (facility, OBR-3 or TXA-12); a correction has the same */
  identity: ReportIdentity;
  status: ReportStatus;
  /** OBR-25 (or what stood in its place) as sent */
  resultStatus: string;
  /** OBR-22, else MSH-7, else the time of receipt: orders the versions of a report */
  effectiveAt: number;
  /** that stamp carries its own offset from UTC, or it is the time of receipt; see `report-order.ts` */
  zoned: boolean;
  receivedAt: number;
  message: {
    controlId: string;
    sendingApplication: string;
    sendingFacility: string;
    type: string;
    version: string;
  };
  /** SHA-256 of the raw message, hex */
  digest: string;
  raw: ObjectRef;
  patient: Patient;
  studyInstanceUids: string[];
  procedure: { code: string; text: string };
  modality: string;
  /** OBR-7, null where absent */
  observedAt: number | null;
  /** null where an older version received it: the raw message says */
  order: ReportOrder | null;
  parts: ReportPart[];
  /** lines with text or a document that are not in `parts`: the sender took them back (OBX-11 D, W) */
  withdrawnLines: number;
  /** the same: they are no result (OBX-11 I, N, O, X) */
  linesWithoutResult: number;
  /** an error code where the report could not be read whole, else null */
  problem: string | null;
}

/** `radiology.report.labeled` */
export interface ReportLabeled {
  received: ReportReceived;
  /** offset of `received` in `radiology.report.received` */
  receivedOffset: number;
  reading: ReportReading;
  /** when the labeler read it: of two readings of one version by labelers of one generation the later counts */
  readAt: number;
  /** read again from its case: merged only where the case still holds this version (`isHeld`) */
  again: boolean;
}

export type ObjectKind = 'IMAGE' | 'KEY_OBJECT_SELECTION' | 'PRESENTATION_STATE' | 'OTHER';
export type KeyImageReason = 'SMALL_SERIES' | 'SECONDARY_CAPTURE' | 'NAMED' | 'NONE';

/** `radiology.image.received`: one DICOM object, for one case (an object with two accessions gives two events). */
export interface ImageReceived {
  eventId: string;
  caseId: string;
  caseKey: CaseKey;
  sopInstanceUid: string;
  sopClassUid: string;
  studyInstanceUid: string;
  seriesInstanceUid: string;
  seriesNumber: number | null;
  instanceNumber: number | null;
  numberOfFrames: number;
  rows: number;
  columns: number;
  modality: string;
  bodyPart: string;
  viewPosition: string;
  laterality: string;
  studyDescription: string;
  /** (0008,0020) YYYYMMDD, '' where absent */
  studyDate: string;
  institution: string;
  /** null where an older version received it */
  equipment: ImageEquipment | null;
  callingAeTitle: string;
  patient: Patient;
  kind: ObjectKind;
  /** by the site rule; NONE: stored, not embedded until something names it */
  keyImage: KeyImageReason;
  /** of a key object selection or presentation state: what it names */
  references: { sopInstanceUid: string; frames: number[] }[];
  /** (0040,A043) of a key object selection, e.g. 113000 */
  titleCode: string;
  transferSyntaxUid: string;
  /** the data set as received, with a Part 10 header of ours */
  object: ObjectRef;
  receivedAt: number;
  problem: string | null;
}

/** `radiology.image.embedded` */
export interface ImageEmbedded {
  received: ImageReceived;
  /** offset of `received` in `radiology.image.received` */
  receivedOffset: number;
  frames: ImageFrame[];
  /** e.g. `wasm`, `native`, `gpu`; '' where nothing was embedded */
  backend: string;
  problem: string | null;
  /** embedded from its case, again or because a report cites it: merged only where the case still holds the image so (`isHeldImage`) */
  again: boolean;
}

/** One frame that was decoded; frames count from 1 (PS3.3 C.7.6.6). */
export interface ImageFrame {
  frame: number;
  thumbnail: ObjectRef | null;
  /** of the oldest generation that was live */
  vector: Vector | null;
  /** of the further ones; `vectorsOf` gives all */
  vectors: Vector[];
  /** what models say of the frame, one entry for each generation of heads */
  predictions: Prediction[];
}

/** What one bundle of heads says of an image. It never counts as a finding. */
export interface Prediction {
  /** of the bundle */
  generation: number;
  /** its hash */
  bundle: string;
  /** sorted by concept */
  scores: { concept: string; score: number }[];
}

/** What is remembered of a version of a report. */
export interface ReportVersion extends VersionStamp {
  /** by the newest labeler that read it; null where it was not read, or before this was kept */
  findings: VersionFindings | null;
}

/** The results of one version, without their places; see `version-findings.ts`. */
export interface VersionFindings {
  labelerGeneration: number;
  readAt: number;
  results: VersionFinding[];
}

export type VersionFinding = Pick<Finding, 'concept' | 'kind' | 'assertion' | 'laterality'>;

/** What orders the versions of a report, see `report-order.ts`. */
export interface VersionStamp {
  status: ReportStatus;
  effectiveAt: number;
  zoned: boolean;
  receivedOffset: number;
  digest: string;
}

/** One report of a case in its newest version, and what came before. */
export interface CaseReport {
  latest: ReportLabeled;
  /** the newest of the other kind, where versions with and without a zone came; see `report-order.ts` */
  other: ReportLabeled | null;
  /** when its first message came, whichever version that was; 0 where not known (a state written before this was kept) */
  firstReceivedAt: number;
  /** every version seen, the newest first, at most `MAX_REPORT_VERSIONS` */
  versions: ReportVersion[];
}

/** One DICOM object of a case, without its vectors. */
export interface CaseImage {
  received: ImageReceived;
  receivedOffset: number;
  /** when it came first, with whatever bytes; 0 where not known */
  firstReceivedAt: number;
  frames: { frame: number; thumbnail: ObjectRef | null }[];
  backend: string;
  problem: string | null;
  /** true when the same SOP Instance UID came with other bytes */
  replaced: boolean;
}

/** A vector of a case: the set is keyed by image, frame and generation. */
export interface CaseVector {
  sopInstanceUid: string;
  frame: number;
  vector: Vector;
}

/** A prediction of a case: the set is keyed by image, frame and generation. */
export interface CasePrediction {
  sopInstanceUid: string;
  frame: number;
  prediction: Prediction;
}

/**
 * `radiology.image.rejected`: one object that one rejection note names (PS3.16 CID 7011; IHE RAD Imaging Object Change
 * Management). It acts on the whole object, wherever it is filed and whenever it comes. (phi)
 */
export interface Rejection {
  sopInstanceUid: string;
  /** SOP Instance UID of the note */
  noteUid: string;
  /** (0040,A043) of the note: 113001, 113037, 113038 or 113039 */
  titleCode: string;
  /** when the note was received */
  rejectedAt: number;
}

/**
 * One entry of the removal set of a case; `removals.ts` says what each kind does, and which of two counts. (phi)
 */
export interface Removal {
  what: 'REPORT' | 'IMAGE' | 'SELECTION';
  /** of an object, '' of a report */
  sopInstanceUid: string;
  /** of a report, null of an object */
  report: ReportIdentity | null;
  why: 'REJECTED' | 'WITHDRAWN' | 'MOVED' | 'ERASED';
  /** (0040,A043) of a rejection note, else '' */
  code: string;
  /** who decided: the actor, or the SOP Instance UID of the note */
  by: string;
  /** offset of the decision in its register (`radiology.image.rejected`, `radiology.case.correction`); -1 where not known */
  decidingOffset: number;
  decidedAt: number;
  /** of an object that is gone: frames that keep their places among those of the case */
  frames: number[];
}

/** `radiology.case`: the state of a case; `merge.ts` makes it, whatever the order of arrival. */
export interface Case {
  caseId: string;
  caseKey: CaseKey;
  /** sorted by identity */
  reports: CaseReport[];
  /** sorted by series, instance, SOP Instance UID; images, key object selections and presentation states alike */
  images: CaseImage[];
  /** sorted like `images`; at most two generations and `MAX_CASE_EMBEDDED_IMAGES` images */
  vectors: CaseVector[];
  /** as `vectors` */
  predictions: CasePrediction[];
  /** what was taken back, and never comes back by a repeat: reports, selections, images, each sorted by identity */
  removals: Removal[];
  /** true when a limit left images or vectors out */
  overflow: boolean;
  /** smallest and largest receivedAt of all that was merged */
  firstReceivedAt: number;
  lastReceivedAt: number;
}
