import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import avro from 'avsc';
import type {
  Case,
  ImageEmbedded,
  ImageReceived,
  ReportLabeled,
  ReportReceived,
} from '../../core/radiology/events.ts';
import { NO_PATIENT } from '../../core/radiology/patient.ts';
import { findingOf } from '../../harness/event-fixture.ts';
import { SchemaStore } from '../../platform/avro/schema-store.ts';
import type { DeadLetter } from '../../platform/kafka/dead-letter.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { storedCase } from '../../schemas/case-wire.ts';
import { type CaseMoved, events } from '../../schemas/events.ts';
import { storedReport } from '../../schemas/reading-wire.ts';
import { TOPIC_SPECS } from '../../schemas/topics.ts';

const object = { sha256: 'ab', size: 3, mediaType: 'text/plain' };
const vector = { generation: 1, model: 'm', dims: 2, data: Buffer.from([0, 60, 0, 0]) };

const reportReceived: ReportReceived = {
  eventId: 'e',
  caseId: 'c',
  caseKey: { kind: 'ACCESSION', issuer: 'LOCAL', value: 'A1' },
  identity: { facility: 'F', fillerNumber: '1' },
  status: 'FINAL',
  resultStatus: 'F',
  effectiveAt: 1_700_000_000_000,
  // Fields that came later have their defaults, so that older schemas lose nothing.
  zoned: false,
  withdrawnLines: 0,
  linesWithoutResult: 0,
  receivedAt: 1_700_000_000_001,
  message: {
    controlId: '1',
    sendingApplication: 'RIS',
    sendingFacility: 'F',
    type: 'ORU^R01',
    version: '2.5.1',
  },
  digest: 'ab',
  raw: object,
  patient: { ...NO_PATIENT, identifier: '1' },
  studyInstanceUids: ['1.2.3'],
  procedure: { code: 'XR', text: 'Chest' },
  modality: 'CR',
  observedAt: null,
  order: null,
  parts: [{ section: 'IMPRESSION', text: 'Größe 5 µm' }],
  problem: null,
};
const reportLabeled: ReportLabeled = {
  received: reportReceived,
  receivedOffset: 7,
  readAt: 0,
  again: false,
  reading: {
    labeler: { generation: 1, hash: 'h' },
    text: 'No effusion.',
    sections: [{ name: 'IMPRESSION', start: 0, end: 12 }],
    findings: [
      // Fields that came later have their defaults, so that older schemas lose nothing.
      findingOf({
        concept: 'effusion',
        assertion: 'ABSENT',
        section: 'IMPRESSION',
        start: 3,
        end: 11,
        sentenceStart: 0,
        sentenceEnd: 12,
        cue: 'No',
        rule: '',
      }),
    ],
    citations: [
      {
        seriesNumber: null,
        instanceNumber: 4,
        start: 0,
        end: 1,
        sentenceStart: 0,
        sentenceEnd: 1,
        contextStart: 0,
        contextEnd: 1,
      },
    ],
    assertedText: '',
    textVectors: [{ sentence: null, vector }],
    problem: null,
    implied: [],
    contradictions: [],
    unread: [],
    topics: [],
  },
};
const imageReceived: ImageReceived = {
  eventId: 'e',
  caseId: 'c',
  caseKey: { kind: 'STUDY', issuer: '', value: '1.2' },
  sopInstanceUid: '1.2.3',
  sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
  studyInstanceUid: '1.2',
  seriesInstanceUid: '1.2.4',
  seriesNumber: 1,
  instanceNumber: null,
  numberOfFrames: 1,
  rows: 4,
  columns: 4,
  modality: 'CR',
  bodyPart: 'CHEST',
  viewPosition: 'PA',
  laterality: '',
  studyDescription: '',
  studyDate: '20200101',
  institution: '',
  equipment: null,
  callingAeTitle: 'CR1',
  patient: NO_PATIENT,
  kind: 'IMAGE',
  keyImage: 'SMALL_SERIES',
  references: [{ sopInstanceUid: '1.2.9', frames: [1, 2] }],
  titleCode: '',
  transferSyntaxUid: '1.2.840.10008.1.2.1',
  object,
  receivedAt: 1,
  problem: 'IMAGE_UNDECODABLE',
};
const imageEmbedded: ImageEmbedded = {
  received: imageReceived,
  receivedOffset: 2 ** 40,
  frames: [{ frame: 1, thumbnail: null, vector, vectors: [], predictions: [] }],
  backend: 'wasm',
  problem: null,
  again: false,
};
const wholeCase: Case = {
  caseId: 'c',
  caseKey: reportReceived.caseKey,
  reports: [
    {
      latest: reportLabeled,
      // Fields that came later have their defaults, so that older schemas lose nothing.
      firstReceivedAt: 0,
      other: null,
      versions: [
        { status: 'FINAL', effectiveAt: 1, zoned: false, receivedOffset: 7, digest: 'ab', findings: null },
      ],
    },
  ],
  images: [
    {
      received: imageReceived,
      receivedOffset: 1,
      frames: [{ frame: 1, thumbnail: object }],
      backend: 'wasm',
      problem: null,
      replaced: false,
      firstReceivedAt: 0,
    },
  ],
  vectors: [{ sopInstanceUid: '1.2.3', frame: 1, vector }],
  predictions: [],
  removals: [],
  overflow: false,
  firstReceivedAt: 1,
  lastReceivedAt: 2,
};

const samples: Record<string, unknown> = {
  'report-received': reportReceived,
  'report-labeled': reportLabeled,
  'image-received': imageReceived,
  'image-embedded': imageEmbedded,
  case: wholeCase,
  'case-moved': { sourceCaseId: 'a', targetCaseId: 'b', movedAt: 1, reason: 'late', content: wholeCase },
  'image-rejected': {
    sopInstanceUid: '1.2.3',
    noteUid: '1.2.4',
    titleCode: '113001',
    rejectedAt: 5,
    offset: -1,
  },
  'case-correction': {
    kind: 'ERASE',
    caseId: 'c',
    decidedAt: 6,
    actor: 'operator',
    reason: 'asked for',
    seal: 'ab',
    id: '',
    actorVerified: false,
    targetCaseId: '',
    caseIds: [],
    reports: [],
    sopInstanceUids: [],
    subject: '',
    statement: '',
    erased: [],
  },
  'model-generations': {
    kind: 'image-encoder',
    live: [{ bundle: 'ab', name: 'b', generation: 2, dims: 4, reembedAt: 5 }],
    newest: 2,
    newestBundle: '',
    decidedAt: 6,
    actor: 'operator',
  },
  'dead-letter': {
    service: 's',
    code: 'INTERNAL',
    caseId: 'c',
    object,
    value: Buffer.from('x'),
    topic: 't',
    partition: 0,
    offset: 1,
    receivedAt: 2,
  },
};

/** What is written of them. */
const written: Record<string, unknown> = {
  ...samples,
  'report-labeled': storedReport(reportLabeled),
  case: storedCase(wholeCase),
  'case-moved': { ...(samples['case-moved'] as CaseMoved), content: storedCase(wholeCase) },
};

const store = new SchemaStore();
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('every event survives the topic as it was', () => {
  const codecs = Object.values(events);
  const names = [
    'report-received',
    'report-labeled',
    'image-received',
    'image-embedded',
    'case',
    'case-moved',
    'image-rejected',
    'case-correction',
    'model-generations',
    'dead-letter',
  ];
  for (const [i, name] of names.entries()) {
    const codec = codecs[i] as { encode(value: unknown): Buffer; decode(bytes: Buffer): unknown };
    assert.deepEqual(plain(codec.decode(codec.encode(samples[name]))), plain(samples[name]), name);
  }
});

test('what was not read of a report survives the topic', () => {
  const reading = { ...reportLabeled.reading, unread: [{ start: 1, end: 2 }] };
  const event: ReportLabeled = { ...reportLabeled, reading };
  const { reportLabeled: codec } = events;
  assert.deepEqual(plain(codec.decode(codec.encode(event)).reading.unread), reading.unread);
});

test('every registered version reads the current one, and the current one reads every registered version', () => {
  for (const event of store.events()) {
    const current = store.current(event).type;
    for (const version of store.versions(event)) {
      assert.deepEqual(
        plain(
          current.fromBuffer(
            version.type.toBuffer(current.fromBuffer(current.toBuffer(written[event]))),
            current.createResolver(version.type),
          ),
        ),
        plain(written[event]),
        `new readers read ${version.id}.${event}`,
      );
      assert.doesNotThrow(
        () => version.type.fromBuffer(current.toBuffer(written[event]), version.type.createResolver(current)),
        `${version.id}.${event} reads new data`,
      );
    }
  }
});

test('the compatibility check finds a change that breaks readers', () => {
  const current = store.current('dead-letter');
  const json = plain(current.json) as { fields: { name: string; type: unknown }[] };
  const broken = avro.Type.forSchema({
    ...json,
    fields: [...json.fields, { name: 'added', type: 'string' }],
  } as avro.Schema);
  assert.throws(() => broken.createResolver(current.type));
});

test('the newest registered version is the schema in use (else run scripts/register-schemas.ts)', () => {
  for (const event of store.events())
    assert.deepEqual(store.newest(event).json, store.current(event).json, event);
});

test('ids are used once, and any Avro tool can parse a registered schema alone', () => {
  const files = readdirSync(join(projectRoot(), 'schemas', 'registry'));
  const ids = files.map((file) => Number(file.split('.')[0]));
  assert.equal(new Set(ids).size, ids.length);
});

test('the wire format is the one of Confluent: 0, id in four bytes, Avro', () => {
  const bytes = events.reportReceived.encode(reportReceived);
  assert.equal(bytes.readUInt8(0), 0);
  assert.equal(bytes.readUInt32BE(1), store.newest('report-received').id);
  assert.deepEqual(
    plain(store.current('report-received').type.fromBuffer(bytes.subarray(5))),
    plain(reportReceived),
  );
});

test('what is not an event is refused with a code, whatever the bytes', () => {
  const good = events.deadLetter.encode(samples['dead-letter'] as DeadLetter);
  const bad = [
    Buffer.alloc(0),
    Buffer.from('{"json":1}'),
    good.subarray(0, good.length - 1),
    Buffer.concat([good, Buffer.from([1])]),
    events.reportReceived.encode(reportReceived),
    Buffer.concat([good.subarray(0, 5), Buffer.alloc(20, 0xff)]),
  ];
  for (const bytes of bad) assert.throws(() => events.deadLetter.decode(bytes), { code: 'EVENT_UNREADABLE' });
});

test('schemas/README.md names every topic', () => {
  const readme = readFileSync(join(projectRoot(), 'schemas', 'README.md'), 'utf8');
  for (const { name } of TOPIC_SPECS) assert.ok(readme.includes(`\`${name}\``), name);
});
