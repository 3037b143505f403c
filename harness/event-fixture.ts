import { createHash } from 'node:crypto';
import type {
  Finding,
  ImageEmbedded,
  ImageFrame,
  ImageReceived,
  Prediction,
  ReportLabeled,
  ReportReading,
  ReportReceived,
  Vector,
} from '../core/radiology/events.ts';
import { NO_PATIENT } from '../core/radiology/patient.ts';

/** Invented events as labeler and inference write them; what a test says nothing of is filled in. */

export const CASE_ID = digestOf('case').slice(0, 32);

const CASE_KEY = { kind: 'ACCESSION', issuer: 'LOCAL', value: 'ACC1' } as const;
const RECEIVED_AT = Date.UTC(2026, 10, 20, 8, 0);

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function vector(generation: number, fill: number, bytes = 8, model = `model-${generation}`): Vector {
  return { generation, model, dims: bytes / 2, data: Buffer.alloc(bytes, fill) };
}

/** What heads of a generation say of one concept. */
export function predictionOf(generation: number, score: number, concept = 'pneumothorax'): Prediction {
  return { generation, bundle: `heads-${generation}`, scores: [{ concept, score }] };
}

/** A mention of pneumothorax in the first five characters, of which the text says nothing more. */
export function findingOf(given: Partial<Finding> = {}): Finding {
  const { start = 0, end = start + 5 } = given;
  return {
    concept: 'pneumothorax',
    kind: 'FINDING',
    assertion: 'PRESENT',
    subject: 'PATIENT',
    time: 'CURRENT',
    section: 'FINDINGS',
    laterality: '',
    location: '',
    start,
    end,
    sentenceStart: start,
    sentenceEnd: end,
    cue: '',
    planned: false,
    reason: false,
    change: '',
    severity: '',
    sizesMm: [],
    quantity: '',
    attributes: [],
    rule: 'finding/pneumothorax/1',
    ...given,
  };
}

export interface ReportGiven {
  received?: Partial<ReportReceived>;
  reading?: Partial<ReportReading>;
  receivedOffset?: number;
  readAt?: number;
  again?: boolean;
}

export function reportLabeled(given: ReportGiven = {}): ReportLabeled {
  const text = given.reading?.text ?? 'FINDINGS: A small pneumothorax on the left.';
  const digest = digestOf(text);
  return {
    received: {
      eventId: digest,
      caseId: CASE_ID,
      caseKey: CASE_KEY,
      identity: { facility: 'HOSPITAL', fillerNumber: 'F1' },
      status: 'FINAL',
      resultStatus: 'F',
      effectiveAt: RECEIVED_AT - 60_000,
      zoned: false,
      receivedAt: RECEIVED_AT,
      message: {
        controlId: 'C1',
        sendingApplication: 'RIS',
        sendingFacility: 'HOSPITAL',
        type: 'ORU^R01',
        version: '2.5.1',
      },
      digest,
      raw: { sha256: digest, size: 1_000, mediaType: 'application/hl7-v2' },
      patient: NO_PATIENT,
      studyInstanceUids: [],
      procedure: { code: '71046', text: 'CHEST PA AND LATERAL' },
      modality: 'DX',
      observedAt: null,
      order: null,
      parts: [{ section: null, text }],
      withdrawnLines: 0,
      linesWithoutResult: 0,
      problem: null,
      ...given.received,
    },
    receivedOffset: given.receivedOffset ?? 0,
    reading: {
      labeler: { generation: 1, hash: 'labeler-1' },
      text,
      sections: [],
      findings: [],
      citations: [],
      assertedText: text,
      textVectors: [],
      problem: null,
      implied: [],
      contradictions: [],
      unread: [],
      topics: [],
      ...given.reading,
    },
    readAt: given.readAt ?? 0,
    again: given.again ?? false,
  };
}

export interface ImageGiven extends Partial<Omit<ImageEmbedded, 'received' | 'frames'>> {
  received?: Partial<ImageReceived>;
  frames?: (Omit<ImageFrame, 'vectors' | 'predictions'> & Partial<ImageFrame>)[];
}

export function imageEmbedded(given: ImageGiven = {}): ImageEmbedded {
  const { received, frames, ...rest } = given;
  const sopInstanceUid = received?.sopInstanceUid ?? '1.2.3.1';
  const digest = digestOf(sopInstanceUid);
  return {
    received: {
      eventId: digest,
      caseId: CASE_ID,
      caseKey: CASE_KEY,
      sopInstanceUid,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1',
      studyInstanceUid: '1.2.3',
      seriesInstanceUid: '1.2.3.0',
      seriesNumber: 1,
      instanceNumber: 1,
      numberOfFrames: 1,
      rows: 512,
      columns: 400,
      modality: 'DX',
      bodyPart: 'CHEST',
      viewPosition: 'PA',
      laterality: '',
      studyDescription: 'CHEST',
      studyDate: '20261120',
      institution: 'HOSPITAL',
      equipment: null,
      callingAeTitle: 'MODALITY',
      patient: NO_PATIENT,
      kind: 'IMAGE',
      keyImage: 'SMALL_SERIES',
      references: [],
      titleCode: '',
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      object: { sha256: digest, size: 400_000, mediaType: 'application/dicom' },
      receivedAt: RECEIVED_AT,
      problem: null,
      ...received,
    },
    receivedOffset: 0,
    frames: (
      frames ?? [
        {
          frame: 1,
          thumbnail: { sha256: digestOf(`thumbnail ${digest}`), size: 5_000, mediaType: 'image/jpeg' },
          vector: vector(1, 7),
        },
      ]
    ).map((frame) => ({ vectors: [], predictions: [], ...frame })),
    backend: 'wasm',
    problem: null,
    again: false,
    ...rest,
  };
}

/** A key object selection or rejection note that names these objects, whole. */
export function selection(
  sopInstanceUid: string,
  titleCode: string,
  named: readonly (string | { sopInstanceUid: string; frames: number[] })[],
  received: Partial<ImageReceived> = {},
): ImageEmbedded {
  return imageEmbedded({
    received: {
      sopInstanceUid,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.88.59',
      kind: 'KEY_OBJECT_SELECTION',
      keyImage: 'NONE',
      titleCode,
      references: named.map((name) =>
        typeof name === 'string' ? { sopInstanceUid: name, frames: [] } : name,
      ),
      rows: 0,
      columns: 0,
      modality: 'KO',
      ...received,
    },
    frames: [],
    backend: '',
    problem: 'IMAGE_NO_PIXELS',
  });
}
