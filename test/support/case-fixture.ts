import { createHash } from 'node:crypto';
import type {
  Case,
  CaseImage,
  CaseReport,
  CaseVector,
  ImageReceived,
  Patient,
  ReportReceived,
  Vector,
} from '../../core/radiology/events.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import { readReport } from '../../core/text/reading.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import { imageEmbedded, reportLabeled } from '../../harness/event-fixture.ts';

/** What a test says of a case; the rest is filled in. Names and numbers are invented, and easy to look for. */
export interface FixtureOptions {
  caseId?: string;
  accession?: string;
  /** report texts, each a report of its own, read by the real labeler */
  reports?: (string | FixtureReport)[];
  /** one image each */
  images?: FixtureImage[] | undefined;
  patient?: Partial<Patient>;
  /** that the reports are read with; ours where none is given */
  lexicon?: Lexicon;
}

export interface FixtureReport {
  text: string;
  change?: Partial<ReportReceived>;
  vector?: Vector | null;
}

export interface FixtureImage {
  change?: Partial<ImageReceived>;
  vector?: Vector | null;
}

/** Planted, so that tests can look for them where they must not be. */
export const PLANTED = {
  accession: 'QX7654321',
  familyName: 'Zwanzigermann',
  givenName: 'Ottokarina',
  identifier: 'MRN0042421',
  birthDate: '19570312',
  filler: 'FILL998877',
  facility: 'PLANTEDHOSP',
  uid: '1.2.826.0.1.3680043.8.498.4242',
} as const;

/** Of the site, for keys that nobody compares with those of a running system. */
export const FIXTURE_SECRET = Buffer.from('a secret for the tests');

export const STUDIED_AT = Date.UTC(2024, 4, 17, 9, 30);
export const RECEIVED_AT = Date.UTC(2026, 10, 20, 8, 0);

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A unit vector that only depends on its name. */
export function vectorOf(name: string, dims: number, generation = 1): Vector {
  let state = createHash('sha256').update(name).digest().readUInt32LE(0) || 1;
  const values = Float32Array.from({ length: dims }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  return unitVector(values, generation);
}

export function unitVector(values: Float32Array, generation = 1): Vector {
  const norm = Math.hypot(...values);
  return {
    generation,
    model: 'fixture',
    dims: values.length,
    data: toFloat16(values.map((value) => value / norm)),
  };
}

export function caseFixture(options: FixtureOptions = {}): Case {
  const accession = options.accession ?? PLANTED.accession;
  const caseId = options.caseId ?? sha256(accession).slice(0, 32);
  const caseKey = { kind: 'ACCESSION' as const, issuer: 'LOCAL', value: accession };
  const patient: Patient = {
    issuer: PLANTED.facility,
    identifier: PLANTED.identifier,
    familyName: PLANTED.familyName,
    givenName: PLANTED.givenName,
    birthDate: PLANTED.birthDate,
    sex: 'F',
    ...options.patient,
  };
  const reports = (options.reports ?? ['FINDINGS: Small left pneumothorax.']).map((given, position) =>
    report(
      typeof given === 'string' ? { text: given } : given,
      position,
      { caseId, caseKey, patient },
      options.lexicon,
    ),
  );
  const images = (options.images ?? []).map((given, position) =>
    image(given, position, { caseId, caseKey, patient }),
  );
  return {
    caseId,
    caseKey,
    reports,
    images: images.map(({ image }) => image),
    vectors: images.flatMap(({ vectors }) => vectors),
    predictions: [],
    removals: [],
    overflow: false,
    firstReceivedAt: RECEIVED_AT,
    lastReceivedAt: RECEIVED_AT + 60_000,
  };
}

type Shared = Pick<ReportReceived, 'caseId' | 'caseKey' | 'patient'>;

function report(
  { text, change, vector }: FixtureReport,
  position: number,
  shared: Shared,
  lexicon?: Lexicon,
): CaseReport {
  const digest = sha256(`${shared.caseId} ${position} ${text}`);
  const { received } = reportLabeled({
    received: {
      ...shared,
      eventId: digest,
      identity: { facility: PLANTED.facility, fillerNumber: `${PLANTED.filler}-${position}` },
      effectiveAt: STUDIED_AT + 3_600_000 + position,
      receivedAt: RECEIVED_AT + 60_000,
      message: {
        controlId: `C${position}`,
        sendingApplication: 'RIS',
        sendingFacility: PLANTED.facility,
        type: 'ORU^R01',
        version: '2.5.1',
      },
      digest,
      raw: { sha256: digest, size: text.length, mediaType: 'application/hl7-v2' },
      studyInstanceUids: [PLANTED.uid],
      observedAt: STUDIED_AT,
      parts: [{ section: null, text }],
      ...change,
    },
  });
  const reading = {
    ...readReport(received.parts, lexicon),
    textVectors: vector == null ? [] : [{ sentence: null, vector }],
    topics: [],
  };
  return {
    latest: { received, receivedOffset: position, reading, readAt: 0, again: false },
    other: null,
    firstReceivedAt: received.receivedAt,
    versions: [
      {
        status: received.status,
        effectiveAt: received.effectiveAt,
        zoned: received.zoned,
        receivedOffset: position,
        digest,
        findings: null,
      },
    ],
  };
}

function image(
  { change, vector }: FixtureImage,
  position: number,
  shared: Shared,
): { image: CaseImage; vectors: CaseVector[] } {
  const sopInstanceUid = change?.sopInstanceUid ?? `${PLANTED.uid}.9.${position}`;
  const digest = sha256(`${shared.caseId} ${sopInstanceUid}`);
  const { received } = imageEmbedded({
    received: {
      ...shared,
      eventId: digest,
      sopInstanceUid,
      studyInstanceUid: PLANTED.uid,
      seriesInstanceUid: `${PLANTED.uid}.1`,
      instanceNumber: position + 1,
      studyDate: '20240517',
      institution: PLANTED.facility,
      callingAeTitle: 'PLANTEDAE',
      object: { sha256: digest, size: 1000, mediaType: 'application/dicom' },
      receivedAt: RECEIVED_AT,
      ...change,
    },
  });
  const isImage = received.kind === 'IMAGE';
  return {
    image: {
      received,
      receivedOffset: position,
      firstReceivedAt: received.receivedAt,
      frames: isImage
        ? [
            {
              frame: 1,
              thumbnail: { sha256: sha256(`thumbnail ${digest}`), size: 100, mediaType: 'image/jpeg' },
            },
          ]
        : [],
      backend: isImage ? 'wasm' : '',
      problem: null,
      replaced: false,
    },
    vectors: vector == null ? [] : [{ sopInstanceUid, frame: 1, vector }],
  };
}
